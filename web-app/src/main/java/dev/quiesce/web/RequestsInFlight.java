package dev.quiesce.web;

import dev.quiesce.lifecycle.Deadline;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * Knows which requests are in flight, from the headers of the request to the last byte of the response, and asks clients to
 * close their connections once the service is closing.
 *
 * <p>Thread-safe.
 */
final class RequestsInFlight extends Handler.Wrapper {
    private static final int MOST_NAMED = 5;

    private final BooleanSupplier closing;
    private final Set<InFlight> inFlight = ConcurrentHashMap.newKeySet();
    private final Object noneInFlight = new Object();

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

    RequestsInFlight(BooleanSupplier closing) {
        this.closing = closing;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        InFlight entry =
                new InFlight(request.getMethod() + " " + request.getHttpURI().getPath(), endPoint);
        inFlight.add(entry);
        Request.addCompletionListener(request, failure -> remove(entry));
        if (closing.getAsBoolean() && !request.getHeaders().contains(HttpHeader.UPGRADE)) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        return super.handle(request, response, callback);
    }

    int count() {
        return inFlight.size();
    }

    /** Waits until no request is in flight, at most until the deadline. */
    void awaitNone(Deadline deadline) throws InterruptedException {
        synchronized (noneInFlight) {
            while (!inFlight.isEmpty() && !deadline.isExpired()) {
                noneInFlight.wait(Math.max(1, deadline.remaining(TimeUnit.MILLISECONDS)));
            }
        }
    }

    /** Returns the number of open HTTP connections, without those that have been upgraded to sockets. */
    long connections(ServerConnector connector) {
        return connector.getConnectedEndPoints().stream()
                .filter(RequestsInFlight::isHttp)
                .count();
    }

    /** Closes the HTTP connections without a request in flight. */
    void closeIdle(ServerConnector connector) {
        Set<EndPoint> busy = inFlight.stream().map(entry -> entry.endPoint).collect(Collectors.toSet());
        connector.getConnectedEndPoints().stream()
                .filter(endPoint -> isHttp(endPoint) && !busy.contains(endPoint))
                .forEach(EndPoint::close);
    }

    /** Closes all HTTP connections. */
    void closeAll(ServerConnector connector) {
        connector.getConnectedEndPoints().stream()
                .filter(RequestsInFlight::isHttp)
                .forEach(EndPoint::close);
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

    private void remove(InFlight entry) {
        inFlight.remove(entry);
        if (inFlight.isEmpty()) {
            synchronized (noneInFlight) {
                noneInFlight.notifyAll();
            }
        }
    }

    private static boolean isHttp(EndPoint endPoint) {
        return endPoint.getConnection() instanceof ConnectionMetaData;
    }
}
