package dev.quiesce.web;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP listener of a Jetty container: opens the port, and closes it without losing a request.
 *
 * <p>As soon as the service is no longer ready, every response carries {@code Connection: close}. When it quiesces, the
 * port closes; requests on open connections are still served. Draining ends when no request is in flight. A connection
 * that has not been told to close gets a short window for a request that may be on its way, and is then closed by FIN.
 *
 * <p>Jetty's own graceful stop is not used: its {@code shutdownIdleTimeout} cuts responses in flight if it is short and
 * lets idle connections hold the exit if it is long; see {@code AbstractConnector.shutdown} in Jetty 12.1.
 *
 * <p>Thread-safe.
 */
public final class HttpServer implements Lifecycle {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    /** What a connection gets after the port has closed, for a request that its client may just have sent. */
    private static final Duration IDLE_WINDOW = Duration.ofMillis(150);

    /** What a connection gets that dribbles bytes but no whole request. */
    private static final Duration LONGEST_WITHOUT_REQUEST = Duration.ofSeconds(1);

    /** What a connection that has just been accepted takes to be known. */
    private static final Duration SETTLING = Duration.ofMillis(25);

    private static final Duration POLL = Duration.ofMillis(5);

    private final JettyContainer container;
    private final RequestsInFlight requests;
    private final AtomicBoolean quiesced = new AtomicBoolean();
    private volatile long quiescedAt;

    /**
     * Puts the handlers into the container.
     *
     * @param container the container, which must start before this and stop after it
     * @param handlers what serves requests: the first handler that accepts one answers it
     * @param ready whether the service is ready; asked for each request
     */
    public HttpServer(JettyContainer container, List<Handler> handlers, BooleanSupplier ready) {
        this.container = container;
        this.requests = new RequestsInFlight(() -> quiesced.get() || !ready.getAsBoolean());
        requests.setHandler(new Handler.Sequence(handlers.toArray(Handler[]::new)));
        container.handle(requests);
    }

    /**
     * Opens the port.
     *
     * @throws IOException if the port cannot be opened, for example because it is taken
     * @throws IllegalStateException if this server has been quiesced or stopped
     */
    @Override
    public void start() throws IOException {
        refuseOnceQuiesced();
        ServerConnector connector = container.connector();
        try {
            connector.start();
        } catch (IOException e) {
            throw ListenFailure.of(connector, e);
        } catch (Exception e) {
            throw new IllegalStateException("the connector did not start", e);
        }
        if (quiesced.get()) {
            // The port may have been opened after it was closed.
            connector.close();
            refuseOnceQuiesced();
        }
        log.info("Serving HTTP on http://{}:{}/", connector.getHost(), connector.getLocalPort());
    }

    /** Returns the number of requests in flight. */
    @Override
    public OptionalLong inFlight() {
        return OptionalLong.of(requests.count());
    }

    /** Returns the number of open HTTP connections, without those that have been upgraded to sockets. */
    public int connectionCount() {
        return connections().size();
    }

    @Override
    public void quiesce() {
        if (quiesced.compareAndSet(false, true)) {
            quiescedAt = System.nanoTime();
            container.connector().close();
        }
    }

    /**
     * Waits for the requests in flight and closes idle connections.
     *
     * @throws TimeoutException if requests were in flight at the deadline; the message names the oldest
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        long calmSince = quiescedAt;
        while (!isDrained() && !deadline.isExpired()) {
            if (container.isBusy()) {
                calmSince = System.nanoTime();
            }
            closeIdle(Duration.ofNanos(System.nanoTime() - calmSince));
            TimeUnit.NANOSECONDS.sleep(deadline.atMost(POLL).remaining(TimeUnit.NANOSECONDS));
        }
        if (requests.count() > 0) {
            throw new TimeoutException(requests.describe());
        }
    }

    @Override
    public void stop(Deadline deadline) {
        quiesce();
        connections().forEach(EndPoint::close);
    }

    private void refuseOnceQuiesced() {
        if (quiesced.get()) {
            throw new IllegalStateException("the HTTP server has been quiesced or stopped and opens no port");
        }
    }

    private boolean isDrained() {
        return sinceQuiesced().compareTo(SETTLING) >= 0
                && requests.count() == 0
                && connections().isEmpty();
    }

    /**
     * Closes connections without a request.
     *
     * @param calm how long no work has waited for a thread: a request that has just got one is not yet known as such
     */
    private void closeIdle(Duration calm) {
        if (calm.compareTo(IDLE_WINDOW) < 0) {
            return;
        }
        boolean patienceIsOver = calm.compareTo(LONGEST_WITHOUT_REQUEST) >= 0;
        for (EndPoint connection : connections()) {
            if ((patienceIsOver || isIdle(connection)) && !requests.isBusy(connection)) {
                connection.close();
            }
        }
    }

    private static boolean isIdle(EndPoint connection) {
        return connection instanceof IdleTimeout timeout && timeout.getIdleFor() >= IDLE_WINDOW.toMillis();
    }

    private Duration sinceQuiesced() {
        return Duration.ofNanos(System.nanoTime() - quiescedAt);
    }

    /** Returns the HTTP connections, without those that have been upgraded to sockets. */
    private List<EndPoint> connections() {
        return container.connector().getConnectedEndPoints().stream()
                .filter(endPoint -> endPoint.getConnection() instanceof ConnectionMetaData)
                .toList();
    }
}
