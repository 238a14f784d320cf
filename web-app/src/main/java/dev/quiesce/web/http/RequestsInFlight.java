package dev.quiesce.web.http;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import dev.quiesce.lifecycle.WorkGuard.Hold;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
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
    private volatile long lastArrival = System.nanoTime();

    /**
     * The stream of a request, which ends once, whatever it is told. It is what ends last: when it has, the response is written and
     * the connection is free or upgraded.
     */
    private final class Tracked extends HttpStream.Wrapper {
        private final Hold hold;
        private final OpenConnection connection;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Tracked(HttpStream stream, Hold hold, OpenConnection connection) {
            super(stream);
            this.hold = hold;
            this.connection = connection;
        }

        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
            if (closing.getAsBoolean() && !connection.isHttp2() && !headers.contains(HttpHeader.UPGRADE)) {
                headers.put(HttpHeader.CONNECTION, "close");
            }
            super.prepareResponse(headers);
        }

        @Override
        public void succeeded() {
            try {
                super.succeeded();
            } finally {
                end();
            }
        }

        @Override
        public void failed(Throwable failure) {
            try {
                super.failed(failure);
            } finally {
                end();
            }
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                connection.endPoint().requestHasEnded(closing.getAsBoolean());
                hold.close();
            }
        }
    }

    RequestsInFlight(BooleanSupplier closing) {
        this.closing = closing;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        OpenConnection connection = OpenConnection.of(request.getConnectionMetaData());
        if (closing.getAsBoolean()) {
            lastArrival = System.nanoTime();
            connection.goAway();
        }
        Hold hold = requireNonNull(
                requests.tryHold(() -> request.getMethod() + " " + PathTemplate.of(request, this)),
                "requests are never refused here");
        connection.endPoint().requestHasCome();
        // Jetty may ask for the wrapper more than once, and takes the last one.
        request.addHttpStreamWrapper(stream -> new Tracked(stream, hold, connection));
        return super.handle(request, response, callback);
    }

    /** Waits until no request is in flight, and returns whether there was such a moment before the deadline. */
    boolean awaitNone(Deadline deadline) throws InterruptedException {
        return requests.awaitIdle(deadline);
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

    /** Returns how many requests are in flight, and which are the oldest, by {@link PathTemplate}. */
    String describe() {
        return requests.describe();
    }
}
