package dev.quiesce.web.http;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.WorkGuard;
import dev.quiesce.lifecycle.WorkGuard.Hold;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Knows which requests are in flight, from the headers of the request to the last byte of the response, and tells clients
 * to close their connections once the service is closing.
 *
 * <p>Thread-safe.
 */
final class RequestsInFlight extends Handler.Wrapper {
    private final BooleanSupplier closing;
    private final WorkGuard requests = new WorkGuard();
    private final Map<Connection, Integer> requestsByConnection = new ConcurrentHashMap<>();
    private final Map<Connection, Long> lastEnds = new ConcurrentHashMap<>();
    private volatile long lastArrival = System.nanoTime();

    /** One request, which ends once, whatever its stream is told. */
    private final class InFlight {
        private final Hold hold;
        private final Connection connection;
        private final AtomicBoolean ended = new AtomicBoolean();

        private InFlight(Hold hold, Connection connection) {
            this.hold = hold;
            this.connection = connection;
            requestsByConnection.merge(connection, 1, Integer::sum);
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                if (closing.getAsBoolean()) {
                    lastEnds.put(connection, System.nanoTime());
                }
                requestsByConnection.computeIfPresent(connection, (any, count) -> count == 1 ? null : count - 1);
                hold.close();
            }
        }
    }

    /** The stream is what ends last: when it has, the response is written and the connection is free or upgraded. */
    private final class Tracked extends HttpStream.Wrapper {
        private final InFlight request;
        private final boolean isHttp2;

        private Tracked(HttpStream stream, InFlight request) {
            super(stream);
            this.request = request;
            this.isHttp2 = request.connection instanceof HTTP2Connection;
        }

        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
            if (closing.getAsBoolean() && !isHttp2 && !headers.contains(HttpHeader.UPGRADE)) {
                headers.put(HttpHeader.CONNECTION, "close");
            }
            super.prepareResponse(headers);
        }

        @Override
        public void succeeded() {
            try {
                super.succeeded();
            } finally {
                request.end();
            }
        }

        @Override
        public void failed(Throwable failure) {
            try {
                super.failed(failure);
            } finally {
                request.end();
            }
        }
    }

    RequestsInFlight(BooleanSupplier closing) {
        this.closing = closing;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Connection connection = request.getConnectionMetaData().getConnection();
        if (closing.getAsBoolean()) {
            lastArrival = System.nanoTime();
            OpenConnection.of(request.getConnectionMetaData()).goAway();
        }
        Hold hold = requests.tryHold(() -> request.getMethod() + " " + PathTemplate.of(request, this));
        InFlight entry = new InFlight(requireNonNull(hold, "requests are never refused here"), connection);
        request.addHttpStreamWrapper(stream -> new Tracked(stream, entry));
        return super.handle(request, response, callback);
    }

    long count() {
        return requests.inFlight().orElse(0);
    }

    /**
     * Returns the point on the system's monotonic clock at which the last request came while the service was closing; some
     * earlier point if none has.
     */
    long lastArrival() {
        return lastArrival;
    }

    /** Returns the point at which a request has ended on the connection while the service was closing, or else the given one. */
    long lastEnd(Connection connection, long otherwise) {
        return lastEnds.getOrDefault(connection, otherwise);
    }

    boolean isBusy(Connection connection) {
        return requestsByConnection.containsKey(connection);
    }

    /** Returns how many requests are in flight, and which are the oldest, by {@link PathTemplate}. */
    String describe() {
        return requests.describe();
    }
}
