package dev.quiesce.web;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
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
    private static final int MOST_NAMED = 5;

    private final BooleanSupplier closing;
    private final Set<InFlight> inFlight = ConcurrentHashMap.newKeySet();

    /** Compared by identity: two requests of the same kind at the same time are two. */
    private static final class InFlight {
        private final String what;
        private final EndPoint endPoint;
        private final long since = System.nanoTime();

        private InFlight(String what, EndPoint endPoint) {
            this.what = what;
            this.endPoint = endPoint;
        }

        private long ageMillis() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        }
    }

    /** The stream is what ends last: when it has, the response is written and the connection is free or upgraded. */
    private final class Tracked extends HttpStream.Wrapper {
        private final InFlight entry;

        private Tracked(HttpStream stream, InFlight entry) {
            super(stream);
            this.entry = entry;
        }

        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
            if (closing.getAsBoolean() && !headers.contains(HttpHeader.UPGRADE)) {
                headers.put(HttpHeader.CONNECTION, "close");
            }
            super.prepareResponse(headers);
        }

        @Override
        public void succeeded() {
            try {
                super.succeeded();
            } finally {
                inFlight.remove(entry);
            }
        }

        @Override
        public void failed(Throwable failure) {
            try {
                super.failed(failure);
            } finally {
                inFlight.remove(entry);
            }
        }
    }

    RequestsInFlight(BooleanSupplier closing) {
        this.closing = closing;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        InFlight entry =
                new InFlight(request.getMethod() + " " + request.getHttpURI().getPath(), endPoint);
        inFlight.add(entry);
        request.addHttpStreamWrapper(stream -> new Tracked(stream, entry));
        return super.handle(request, response, callback);
    }

    int count() {
        return inFlight.size();
    }

    boolean isBusy(EndPoint endPoint) {
        return inFlight.stream().anyMatch(entry -> entry.endPoint == endPoint);
    }

    /** Returns how many requests are in flight, and which are the oldest. */
    String describe() {
        List<InFlight> oldestFirst = inFlight.stream()
                .sorted(Comparator.comparingLong(InFlight::ageMillis).reversed())
                .toList();
        return oldestFirst.size() + " requests were still in flight: "
                + oldestFirst.stream()
                        .limit(MOST_NAMED)
                        .map(entry -> entry.what + " (" + entry.ageMillis() + " ms)")
                        .collect(Collectors.joining(", "));
    }
}
