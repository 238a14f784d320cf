package dev.quiesce.realtime;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of a service, as one component.
 *
 * <p>Mount its endpoints in a Jetty server and register the hub as a component above that server. Before {@link #start}
 * and from {@link #quiesce} on, upgrades are answered with status 503. When it stops, every socket gets a close frame with
 * code 1012 and is given until the deadline to answer it.
 *
 * <p>A hub starts and stops once. Safe for use by many threads. It has one thread of its own, for its timer; handlers are
 * called on the server's thread pool.
 */
public final class SocketHub implements Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(SocketHub.class);
    private static final Duration MOST_TIME_TO_CUT = Duration.ofMillis(250);

    private final Registry registry;
    private final Rooms rooms = new Rooms();
    private final Timer timer = new Timer();
    private final Counters counters = new Counters();
    private final AtomicBoolean reported = new AtomicBoolean();
    private final Connection.Shared shared;

    /** Makes a hub without endpoints. */
    public SocketHub(SocketHubConfig config) {
        registry = new Registry(requireNonNull(config, "config").handlesLateMessages());
        shared = new Connection.Shared(config, registry, rooms, timer, counters);
    }

    /**
     * Returns a Jetty handler that upgrades requests for the given endpoints to sockets and passes every other request on
     * to the handler that is set on it, if any. Put it into the tree of a server before that starts.
     *
     * <p>May be called more than once; all endpoints belong to this hub.
     *
     * @param endpoints the handler of each path; paths are relative to the context that the result is put into, begin with
     *     a slash, and may end in {@code /*}
     * @throws IllegalArgumentException if a path does not begin with a slash
     */
    public Handler.Wrapper mount(Map<String, SocketHandler> endpoints) {
        for (String path : endpoints.keySet()) {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("the path of an endpoint begins with a slash, was " + path);
            }
        }
        return new Upgrades(shared, Map.copyOf(endpoints));
    }

    /**
     * Sends a text message to every socket in a room. It is encoded once. Never blocks; sockets that are too slow are
     * closed, as for {@link Socket#send(String)}.
     *
     * @return the number of sockets that the message was queued for
     * @throws IllegalArgumentException if the message alone is larger than a queue may be and an open socket is in the room
     */
    public int broadcast(String room, String message) {
        return broadcast(room, Message.text(message));
    }

    /**
     * Sends a binary message to every socket in a room. The content between the buffer's position and limit is copied
     * once.
     *
     * @return the number of sockets that the message was queued for
     * @throws IllegalArgumentException if the message alone is larger than a queue may be and an open socket is in the room
     */
    public int broadcast(String room, ByteBuffer message) {
        return broadcast(room, Message.binary(message));
    }

    private int broadcast(String room, Message message) {
        int queued = 0;
        for (Socket socket : rooms.in(requireNonNull(room, "room"))) {
            if (socket.connection().send(message)) {
                queued++;
            }
        }
        return queued;
    }

    /** Returns the number of sockets that are open or closing. */
    public int size() {
        return registry.open();
    }

    /** Returns what has been counted so far. */
    public SocketCounts counts() {
        return counters.with(registry);
    }

    /** Returns how the sockets have ended that were open when {@link #stop} was first called; zeros before that. */
    public Closing closing() {
        return registry.closing();
    }

    /**
     * Begins to accept upgrades.
     *
     * @throws IllegalStateException if this hub has been started, quiesced or stopped before
     */
    @Override
    public void start() {
        registry.start();
    }

    /** Answers upgrades with status 503 from now on. One that has been accepted still opens. */
    @Override
    public void quiesce() {
        registry.quiesce();
    }

    /**
     * Waits until no call of a handler is under way, and no upgrade that was accepted before {@link #quiesce} has yet to
     * open its socket.
     *
     * <p>Sockets stay open and can be sent to. Messages that still arrive are not waited for. Unless
     * {@linkplain SocketHubConfig#handlesLateMessages() late messages} are handled, they are counted and dropped, and their
     * sender learns from the close frame that this service goes. A message counts as accepted once its last byte has been
     * read.
     *
     * @throws TimeoutException if calls or upgrades were under way at the deadline; the message says how many
     * @throws InterruptedException if the calling thread was interrupted; the message says how many calls and upgrades were
     *     under way
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        registry.drain();
        Registry.UnderWay left;
        try {
            left = registry.awaitNothingUnderWay(deadline);
        } catch (InterruptedException e) {
            throw new InterruptedException(registry.underWay() + " were under way when draining ended");
        }
        if (!left.isNothing()) {
            throw new TimeoutException(left + " were under way at the deadline");
        }
    }

    /**
     * Closes every socket with code 1012, in random order over the time that {@link SocketHubConfig#closesPerSecond()} asks
     * for, waits for the peers' close frames, and cuts what is left shortly before the deadline. Peers that do not answer delay nobody else, and are no failure: they are counted in {@link #closing} and
     * in the one line that is logged.
     *
     * @throws TimeoutException if handlers were still running at the deadline; every connection has been cut all the same
     * @throws InterruptedException if the calling thread was interrupted; every connection has been cut all the same
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        long running;
        try {
            closeAll(deadline);
            registry.awaitNoConnections(deadline.minus(timeToCut(deadline)));
            cutAll();
            registry.awaitNoConnections(deadline);
            running = registry.awaitNoCalls(deadline);
            timer.awaitEnd(deadline);
        } finally {
            cutAll();
            report();
        }
        if (running > 0) {
            throw new TimeoutException(running + " socket handler calls were still running at the deadline");
        }
    }

    /** Returns the number of handler calls under way and of upgrades that have yet to open their socket. */
    @Override
    public OptionalLong inFlight() {
        Registry.UnderWay now = registry.underWay();
        return OptionalLong.of(now.calls() + now.upgrades());
    }

    /** Peers that are told at once would all come back at once. */
    private void closeAll(Deadline deadline) {
        List<Connection> open = new ArrayList<>(registry.beginStop());
        Collections.shuffle(open);
        long window = closeWindow(open.size(), deadline).toNanos();
        for (int i = 0; i < open.size(); i++) {
            if (window == 0) {
                open.get(i).closeForStop();
            } else {
                timer.after(Duration.ofNanos(window / open.size() * i), open.get(i)::closeForStop);
            }
        }
    }

    /**
     * Returns the time over which a stop that begins now would tell so many sockets: what
     * {@link SocketHubConfig#closesPerSecond()} asks for, but no more than half of what is left until the deadline.
     */
    public Duration closeWindow(int sockets, Deadline deadline) {
        int rate = shared.config().closesPerSecond();
        Duration wished =
                rate == 0 ? Duration.ZERO : Duration.ofSeconds(sockets).dividedBy(rate);
        Duration longest = deadline.remaining().dividedBy(2);
        return wished.compareTo(longest) < 0 ? wished : longest;
    }

    private static Duration timeToCut(Deadline deadline) {
        Duration tenth = deadline.remaining().dividedBy(10);
        return tenth.compareTo(MOST_TIME_TO_CUT) < 0 ? tenth : MOST_TIME_TO_CUT;
    }

    private void cutAll() {
        List<Connection> left = registry.finishStop();
        left.forEach(Connection::cut);
        timer.stop();
    }

    private void report() {
        if (reported.compareAndSet(false, true)) {
            Closing closing = closing();
            LOG.info(
                    "Closed {} sockets: {} acknowledged, {} forced, {} silent; {} messages came too late to be handled",
                    closing.acknowledged() + closing.forced() + closing.silent(),
                    closing.acknowledged(),
                    closing.forced(),
                    closing.silent(),
                    registry.discardedMessages());
        }
    }
}
