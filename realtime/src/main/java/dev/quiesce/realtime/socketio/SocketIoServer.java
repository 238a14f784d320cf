package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.realtime.Closing;
import dev.quiesce.realtime.engineio.CloseReason;
import dev.quiesce.realtime.engineio.EngineHandler;
import dev.quiesce.realtime.engineio.EngineIoServer;
import dev.quiesce.realtime.engineio.EngineSocket;
import dev.quiesce.realtime.engineio.Packet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO server, as one component.
 *
 * <p>Mount it in a Jetty server and register it as a component above that server, and above what its listeners and its
 * {@linkplain EventLog log} use. It stops as {@link EngineIoServer} does: clients take it for a lost connection and come back, since
 * none is told to stay away. What a client has sent before it learned of that is handled, and what it missed it gets when it comes
 * back, if the log keeps it.
 *
 * <p>A server starts and stops once. Safe for use by many threads.
 */
public final class SocketIoServer implements Lifecycle {
    private static final int HINT_SPREAD_MILLIS = 1000;

    private final SocketIoConfig config;
    private final EventLog log;
    private final Counters counters = new Counters();
    private final ConcurrentMap<String, Namespace> namespaces = new ConcurrentHashMap<>();
    private final EngineIoServer engine;

    /**
     * Makes a server without namespaces.
     *
     * @param log what is kept of events; it belongs to this server from now on
     */
    public SocketIoServer(SocketIoConfig config, EventLog log) {
        this.config = requireNonNull(config, "config");
        this.log = requireNonNull(log, "log");
        this.engine = new EngineIoServer(config.connections(), new Connections());
    }

    /**
     * Returns the namespace of a name, and makes it if there is none. Clients cannot join one that nobody has asked for here.
     *
     * @param name the name; {@code /} is the one that clients join if they name none
     * @throws IllegalArgumentException if it does not begin with a slash, has a comma or a question mark, or is longer than 190
     */
    public Namespace of(String name) {
        boolean isTooLong = name.length() > Connecting.LONGEST_NAME;
        if (isTooLong || !name.startsWith("/") || name.indexOf(',') >= 0 || name.indexOf('?') >= 0) {
            throw new IllegalArgumentException(
                    "the name of a namespace begins with a slash, and has neither comma nor question mark and at most "
                            + Connecting.LONGEST_NAME + " characters, was " + name);
        }
        return namespaces.computeIfAbsent(name, added -> new Namespace(added, log, counters, largest()));
    }

    /**
     * Returns a Jetty handler that serves the path of this server and leaves every other request to the next handler. Put it
     * into the tree of a server before that starts, once.
     */
    public Handler mount() {
        return engine.mount();
    }

    /** Returns the number of connections that are open. */
    public int size() {
        return engine.size();
    }

    /** Returns what has been counted so far. */
    public SocketIoCounts counts() {
        return new SocketIoCounts(
                engine.counts(),
                counters.connected.sum(),
                counters.recovered.sum(),
                counters.refused.sum(),
                counters.postponed.sum(),
                counters.eventsReceived.sum(),
                counters.eventsSent.sum(),
                counters.listenerFailures.sum());
    }

    /** Returns how the WebSockets have ended that were open when {@link #stop} was first called; zeros before that. */
    public Closing closing() {
        return engine.closing();
    }

    /** Returns how large an event, or what is sent to a client that comes back, may be, in bytes: room is left for what waits already. */
    private long largest() {
        return config.connections().outboundQueueBytes() / 2;
    }

    SocketIoConfig config() {
        return config;
    }

    Counters counters() {
        return counters;
    }

    @Nullable
    Namespace namespace(String name) {
        return namespaces.get(name);
    }

    /**
     * Begins to accept clients.
     *
     * @throws IllegalStateException if this server has been started, quiesced or stopped before
     * @throws Exception if what the log has kept cannot be read
     */
    @Override
    public void start() throws Exception {
        log.start(new Outbound());
        engine.start();
    }

    /** Answers handshakes with status 503 from now on; clients try again. */
    @Override
    public void quiesce() {
        engine.quiesce();
    }

    /**
     * Ends the connections that poll, and waits until what was being handled when draining began has been handled, and what has been
     * sent by then has left the log.
     *
     * @throws TimeoutException as {@link EngineIoServer#drain}, and if the log was not done at the deadline
     * @throws InterruptedException as {@link EngineIoServer#drain}
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        announce(EngineSocket::isPolling);
        engine.drain(deadline);
        log.drain(deadline);
    }

    /**
     * Closes every connection, as {@link EngineIoServer#stop}, and has the log keep what it was given.
     *
     * @throws TimeoutException if listeners were running, or something was not kept, at the deadline
     * @throws InterruptedException if the calling thread was interrupted; every connection has been cut all the same
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        announce(socket -> true);
        try {
            engine.stop(deadline);
        } finally {
            log.stop(deadline);
        }
    }

    private void announce(Predicate<EngineSocket> isToBeTold) {
        config.restartEvent().ifPresent(event -> {
            for (Namespace namespace : namespaces.values()) {
                namespace.sockets().stream()
                        .filter(socket -> isToBeTold.test(socket.engine()))
                        .forEach(socket -> announce(event, socket));
            }
        });
    }

    private static void announce(String event, IoSocket socket) {
        int delay = ThreadLocalRandom.current().nextInt(HINT_SPREAD_MILLIS);
        Json.Written hint = Json.write(List.of(event, Map.of("retryAfterMs", delay)));
        socket.engine().send(Encoder.event(socket.namespace().name(), hint, null, null));
    }

    /** Returns the number of calls of listeners under way. */
    @Override
    public OptionalLong inFlight() {
        return engine.inFlight();
    }

    /** What comes from connections. */
    private final class Connections implements EngineHandler {
        @Override
        public void opened(EngineSocket socket) {
            Client client = new Client(SocketIoServer.this, socket);
            socket.attach(client);
            client.opened();
        }

        @Override
        public void text(EngineSocket socket, String message) {
            client(socket).text(message);
        }

        @Override
        public void binary(EngineSocket socket, ByteBuffer message) {
            client(socket).binary(message);
        }

        @Override
        public void ending(EngineSocket socket, Runnable end) {
            log.whenHandedOn(end);
        }

        @Override
        public void closed(EngineSocket socket, CloseReason reason) {
            client(socket).closed(DisconnectReason.of(reason));
        }

        private Client client(EngineSocket socket) {
            if (socket.attachment() instanceof Client client) {
                return client;
            }
            throw new IllegalStateException("a connection has no client");
        }
    }

    /** What goes to sockets, in the turn of the log. */
    private final class Outbound implements Deliveries {
        private final Held held = new Held(engine::execute, largest());

        @Override
        public long mostMissed() {
            return largest();
        }

        @Override
        public void emit(Entry.Emission emission, @Nullable String offset) {
            Namespace namespace = namespaces.get(emission.namespace());
            int count = namespace == null ? 0 : namespace.send(emission, offset, held);
            counters.eventsSent.add(count);
            Answers answers = emission.answers();
            if (answers != null) {
                engine.execute(() -> answers.expect(count));
            }
            CompletableFuture<@Nullable Void> published = emission.published();
            if (published != null) {
                held.thenRun(() -> engine.execute(() -> published.complete(null)));
            }
        }

        @Override
        public void flush() {
            held.flush();
        }

        @Override
        public void admit(
                Entry.Admission admission, Session session, boolean recovered, List<RecentEvents.Event> missed) {
            held.flush();
            Namespace namespace = admission.namespace();
            IoSocket before = namespace.find(session.id);
            if (before != null) {
                namespace.remove(before);
                before.client().ended(new Entry.Departure(before, DisconnectReason.REPLACED, true));
            }
            IoSocket socket = new IoSocket(
                    admission.client(),
                    namespace,
                    session,
                    recovered,
                    admission.request().auth());
            namespace.add(socket);
            counters.connected.increment();
            if (recovered) {
                counters.recovered.increment();
            }
            List<Packet> first = new ArrayList<>(missed.size() + 1);
            first.add(Encoder.connect(namespace.name(), session.id, log.recoveryId(session)));
            for (RecentEvents.Event event : missed) {
                Json.Written data = new Json.Written(event.json(), List.of());
                first.addAll(Encoder.event(namespace.name(), data, event.offset(), null));
            }
            admission.client().admit(socket, first);
        }

        @Override
        public void postpone(Entry.Admission admission) {
            counters.postponed.increment();
            admission.client().postpone();
        }

        @Override
        public void change(Entry.Rooms change) {
            change.socket().namespace().change(change);
            engine.execute(() -> change.done().complete(null));
        }

        @Override
        public void depart(Entry.Departure departure) {
            held.flush();
            departure.socket().namespace().remove(departure.socket());
            departure.socket().client().ended(departure);
        }
    }
}
