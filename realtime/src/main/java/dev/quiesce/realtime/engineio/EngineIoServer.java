package dev.quiesce.realtime.engineio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.WorkGuard;
import dev.quiesce.realtime.Closing;
import dev.quiesce.realtime.SocketCounts;
import dev.quiesce.realtime.SocketHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Engine.IO server, as one component.
 *
 * <p>Mount it in a Jetty server and register it as a component above that server, and above what its handler uses. Before
 * {@link #start} and from {@link #quiesce} on, handshakes are answered with status 503. Draining ends the sockets that poll, since
 * their requests would keep HTTP from draining; stopping ends those on a WebSocket, with code 1012. Clients take both for a lost
 * connection and come back. What a client has sent before it learned of that is handled.
 *
 * <p>A server starts and stops once. Safe for use by many threads. It has two threads of its own, for timers; its handler is
 * called on the threads of the Jetty server.
 */
public final class EngineIoServer implements Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(EngineIoServer.class);

    /** How long is waited for clients that poll to ask for the last time: most ask at once. */
    private static final Duration LAST_POLLS = Duration.ofSeconds(1);

    private final ScheduledExecutorScheduler scheduler = new ScheduledExecutorScheduler("engine-io-timer", true);
    private final ServerThreads threads = new ServerThreads();
    private final Work work = new Work();
    private final WorkGuard handshakes = new WorkGuard();
    private final WorkGuard polling = new WorkGuard();
    private final WorkGuard untold = new WorkGuard();
    private final Counters counters = new Counters();
    private final Shared shared;
    private final SocketHub hub;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean accepting;

    /** Makes a server that has not started. */
    public EngineIoServer(EngineIoConfig config, EngineHandler handler) {
        Sockets sockets = new Sockets(requireNonNull(config, "config"), scheduler, untold);
        shared = new Shared(
                config, requireNonNull(handler, "handler"), sockets, scheduler, threads, work, polling, counters);
        hub = new SocketHub(config.hub());
    }

    /**
     * Returns a Jetty handler that serves the path of this server and leaves every other request to the next handler. Put it
     * into the tree of a server before that starts, once.
     */
    public Handler mount() {
        WebSockets webSockets = new WebSockets(shared);
        String path = shared.config().path();
        Endpoint endpoint = new Endpoint(shared, this, threads);
        endpoint.setHandler(hub.mount(Map.of(path, webSockets, path.substring(0, path.length() - 1), webSockets)));
        return endpoint;
    }

    /** Accepts the handshake of a client that polls, unless this is not the time. It must be followed by {@link #endHandshake}. */
    boolean tryBeginHandshake() {
        return accepting && handshakes.tryEnter();
    }

    void endHandshake() {
        handshakes.exit();
    }

    /** Runs something on a thread of the Jetty server's pool, or on the calling one if that has stopped. */
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Returns the number of sockets that are open. */
    public int size() {
        return shared.sockets().size();
    }

    /** Returns what has been counted so far. */
    public EngineCounts counts() {
        SocketCounts webSockets = hub.counts();
        return new EngineCounts(
                size(),
                (int) polling.inFlight().orElse(0),
                counters.opened.sum(),
                counters.upgraded.sum(),
                counters.refusedNotAccepting.sum() + webSockets.refusedNotAccepting(),
                counters.refusedOrigin.sum() + webSockets.refusedOrigin(),
                counters.refusedLimit.sum(),
                counters.slowConsumers.sum() + webSockets.slowConsumers(),
                counters.pingTimeouts.sum(),
                counters.malformed.sum(),
                counters.handlerFailures.sum() + webSockets.handlerFailures(),
                work.lateSoFar());
    }

    /** Returns how the WebSockets have ended that were open when {@link #stop} was first called; zeros before that. */
    public Closing closing() {
        return hub.closing();
    }

    /**
     * Begins to accept handshakes.
     *
     * @throws IllegalStateException if this server has been started, quiesced or stopped before
     */
    @Override
    public void start() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("an Engine.IO server starts once");
        }
        try {
            scheduler.start();
        } catch (Exception e) {
            throw new IllegalStateException("the timer did not start", e);
        }
        try {
            hub.start();
        } catch (IllegalStateException e) {
            stopTimer();
            throw e;
        }
        accepting = true;
    }

    /** Answers handshakes with status 503 from now on. One that has been accepted still opens its socket. */
    @Override
    public void quiesce() {
        handshakes.quiesce();
        hub.quiesce();
    }

    /**
     * Waits until what was being handled when draining began has been handled, and ends the sockets that poll, each once nothing of
     * it is being handled, in random order over their share of time. WebSockets stay open and are served.
     *
     * @throws TimeoutException if calls of the handler were under way at the deadline; the message says how many
     * @throws InterruptedException if the calling thread was interrupted; the message says how many calls were under way
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        work.drain();
        try {
            handshakes.awaitIdle(deadline);
            closePolling(deadline);
            hub.drain(deadline);
            if (!work.awaitAccepted(deadline)) {
                throw new TimeoutException(
                        work.inFlight() + " calls of the socket handler were under way at the deadline");
            }
            polling.awaitIdle(deadline);
            untold.awaitIdle(deadline.atMost(LAST_POLLS));
        } catch (InterruptedException e) {
            throw new InterruptedException(work.inFlight() + " calls were under way when draining ended");
        }
    }

    private void closePolling(Deadline deadline) {
        List<EngineSocket> sockets = new ArrayList<>(shared.sockets().polling());
        Collections.shuffle(sockets);
        long window = hub.closeWindow(size(), deadline).toNanos();
        for (int i = 0; i < sockets.size(); i++) {
            EngineSocket socket = sockets.get(i);
            scheduler.schedule(
                    () -> socket.finishInTurn(Ending.RESTART), window / sockets.size() * i, TimeUnit.NANOSECONDS);
        }
        if (!sockets.isEmpty()) {
            LOG.info("Ending {} sockets that poll", sockets.size());
        }
    }

    /**
     * Closes every WebSocket with code 1012, in random order over the time that {@link EngineIoConfig#closesPerSecond()} asks for,
     * handles what clients have sent before they learn of it, waits for their close frames, and cuts what is left shortly
     * before the deadline. Clients that do not answer are no failure: they are counted in {@link #closing}.
     *
     * @throws TimeoutException if calls of the handler were running at the deadline; every connection has been cut all the same
     * @throws InterruptedException if the calling thread was interrupted; every connection has been cut all the same
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        handshakes.quiesce();
        work.drain();
        endPolling();
        try {
            hub.stop(deadline);
            handshakes.awaitIdle(deadline);
            endPolling();
            if (!shared.sockets().awaitNone(deadline) || !work.awaitAll(deadline)) {
                throw new TimeoutException(
                        work.inFlight() + " calls of the socket handler were running at the deadline");
            }
        } finally {
            stopTimer();
        }
    }

    private void endPolling() {
        shared.sockets().polling().forEach(socket -> socket.finish(Ending.RESTART));
    }

    private void stopTimer() {
        try {
            scheduler.stop();
        } catch (Exception e) {
            LOG.warn("The timer of the sockets did not stop", e);
        }
    }

    /** Returns the number of calls of the handler under way. */
    @Override
    public OptionalLong inFlight() {
        return OptionalLong.of(work.inFlight());
    }
}
