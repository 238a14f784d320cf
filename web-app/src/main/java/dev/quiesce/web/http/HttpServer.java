package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP listener of a Jetty container: opens the port, and closes it without losing a request.
 *
 * <p>From the linger on, or else from quiescing on, every response carries {@code Connection: close}, and HTTP/2 connections get
 * GOAWAY. Lingering ends when no connection and no request has come for a while. When the service quiesces, what waits to be
 * accepted is accepted and the port closes; requests on open connections are still served. Draining ends when no request is
 * in flight. A connection that has not been told to close gets a short window for a request that may be on its way, and is
 * then closed by FIN.
 *
 * <p>Jetty's own graceful stop is not used: its {@code shutdownIdleTimeout} cuts responses in flight if it is short and
 * lets idle connections hold the exit if it is long; see {@code AbstractConnector.shutdown} in Jetty 12.1.
 *
 * <p>Thread-safe.
 */
public final class HttpServer implements Lifecycle {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    /** What a connection gets once the port closes, for a request that its client may just have sent. */
    private static final Duration IDLE_WINDOW = Duration.ofMillis(150);

    /** What a connection gets that dribbles bytes but no whole request. */
    private static final Duration LONGEST_WITHOUT_REQUEST = Duration.ofSeconds(1);

    /** What a connection gets on which there is always something to read, but no request. */
    private static final Duration LONGEST_UNREAD = Duration.ofSeconds(3);

    private static final Duration POLL = Duration.ofMillis(5);

    /** Once no request is in flight, only connections are waited for that are about to end. */
    private static final Duration LAST_POLL = Duration.ofMillis(1);

    private final JettyContainer container;
    private final QuietPeriod quietPeriod;
    private final RequestsInFlight requests;
    private final AtomicBoolean quiesced = new AtomicBoolean();
    private volatile boolean leaving;
    private volatile long quiescedAt;

    /**
     * Puts the handlers into the container.
     *
     * @param container the container, which must start before this and stop after it
     * @param handlers what serves requests: the first handler that accepts one answers it
     * @param quietPeriod for how long no connection and no request may have come for traffic to count as gone. It should be
     *     longer than the balancer takes between two requests when it still sends them
     */
    public HttpServer(JettyContainer container, List<Handler> handlers, Duration quietPeriod) {
        this.container = container;
        this.quietPeriod = new QuietPeriod(quietPeriod, TimeSource.system());
        this.requests = new RequestsInFlight(() -> leaving);
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
        PortConnector connector = container.connector();
        try {
            connector.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the connector did not start", e);
        }
        if (quiesced.get()) {
            // The port may have been opened after it was closed.
            connector.closePort();
            refuseOnceQuiesced();
        }
        connector.prepareToCloseLater();
        log.info("Serving HTTP on {}", connector.address());
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

    /** Waits until no connection and no request has come for the quiet period, at most until the deadline. */
    @Override
    public void linger(Deadline deadline) throws InterruptedException {
        leave();
        PortConnector connector = container.connector();
        if (quietPeriod.await(() -> later(connector.lastAccept(), requests.lastArrival()), deadline)) {
            log.info("Traffic has gone: nothing has come for {}", quietPeriod);
        } else {
            log.info("Traffic has not gone within the linger; going on without waiting any longer");
        }
    }

    @Override
    public void quiesce() {
        if (quiesced.compareAndSet(false, true)) {
            // The port first: whoever is told to close comes back at once, and would find it in the middle of closing.
            quiescedAt = System.nanoTime();
            container.connector().closePort();
            leave();
        }
    }

    /** Tells clients to send no more requests here: those of HTTP/2 now, those of HTTP/1.1 with their next response. */
    private void leave() {
        leaving = true;
        connections().forEach(OpenConnection::goAway);
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
            // As long as work waits for a thread, bytes may have come that no selector has been able to notice.
            if (container.isBusy()) {
                calmSince = System.nanoTime();
            }
            closeIdle(calmSince);
            if (requests.awaitNone(deadline.atMost(POLL))) {
                TimeUnit.NANOSECONDS.sleep(deadline.atMost(LAST_POLL).remaining(TimeUnit.NANOSECONDS));
            }
        }
        if (requests.count() > 0) {
            throw new TimeoutException(requests.describe());
        }
    }

    /** Closes the port and every connection, whatever is on its way. */
    @Override
    public void stop(Deadline deadline) throws InterruptedException {
        quiesce();
        connections().forEach(OpenConnection::cut);
        // Closed ones are gone a moment later, and those that have just been accepted come one after the other.
        while (!isEmpty() && !deadline.isExpired()) {
            TimeUnit.MILLISECONDS.sleep(1);
            connections().forEach(OpenConnection::cut);
        }
        container.connector().cutPort();
    }

    private void refuseOnceQuiesced() {
        if (quiesced.get()) {
            throw new IllegalStateException("the HTTP server has been quiesced or stopped and opens no port");
        }
    }

    private boolean isDrained() {
        return requests.count() == 0 && isEmpty();
    }

    private boolean isEmpty() {
        return !container.connector().hasUnsettled() && connections().isEmpty();
    }

    /**
     * Closes connections without a request.
     *
     * @param calmSince the point since which the port closes and no work has waited for a thread
     */
    private void closeIdle(long calmSince) {
        for (OpenConnection connection : connections()) {
            // Asked again, since bytes that a selector has taken meanwhile are not to be seen at the socket any more.
            if (isIdle(connection) && mayClose(connection, calmSince) && isIdle(connection)) {
                container.connector().closeIdle(connection);
            }
        }
    }

    private static boolean isIdle(OpenConnection connection) {
        return connection.isWaiting() && !connection.isBusy();
    }

    private boolean mayClose(OpenConnection connection, long calmSince) {
        if (connection.hasSaidGoodbye()) {
            return true;
        }
        long now = System.nanoTime();
        if (now - calmSince < IDLE_WINDOW.toNanos()) {
            return false;
        }
        long without = now - later(calmSince, connection.lastEnd(calmSince));
        boolean windowOver = without >= LONGEST_WITHOUT_REQUEST.toNanos()
                || connection.idleFor().compareTo(IDLE_WINDOW) >= 0;
        return windowOver && (without >= LONGEST_UNREAD.toNanos() || !connection.hasUnread());
    }

    private List<OpenConnection> connections() {
        return OpenConnection.of(container.connector());
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }
}
