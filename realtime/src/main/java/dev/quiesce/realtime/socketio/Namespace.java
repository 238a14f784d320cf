package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.realtime.engineio.EngineSocket;
import dev.quiesce.realtime.engineio.Packet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets that share a connection with those of other namespaces, and have their own listeners and rooms.
 *
 * <p>Safe for use by many threads. Add middleware and listeners before the server starts.
 */
public final class Namespace {
    private static final Logger LOG = LoggerFactory.getLogger(Namespace.class);

    private final String name;
    private final EventLog log;
    private final Counters counters;
    private final long largestEvent;
    private final ConcurrentMap<String, IoSocket> sockets = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Set<IoSocket>> rooms = new ConcurrentHashMap<>();
    private final List<Middleware> middleware = new CopyOnWriteArrayList<>();
    private final List<ConnectionListener> connectionListeners = new CopyOnWriteArrayList<>();
    private final List<DisconnectListener> disconnectListeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, List<EventListener>> listeners = Map.of();

    Namespace(String name, EventLog log, Counters counters, long largestEvent) {
        this.name = name;
        this.largestEvent = largestEvent;
        this.log = log;
        this.counters = counters;
    }

    /** Returns the name, which begins with a slash. */
    public String name() {
        return name;
    }

    /** Has every client pass this before it joins, after what was added before. */
    public Namespace use(Middleware added) {
        middleware.add(requireNonNull(added, "middleware"));
        return this;
    }

    /** Calls the listener for every socket that joins. */
    public Namespace onConnection(ConnectionListener listener) {
        connectionListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Calls the listener for every socket that leaves, after its own listeners. */
    public Namespace onDisconnect(DisconnectListener listener) {
        disconnectListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Calls the listener for every event of this name from any client. */
    public synchronized Namespace on(String event, EventListener listener) {
        listeners = Listeners.with(listeners, event, listener);
        return this;
    }

    /** Begins an event for the sockets in rooms. */
    public BroadcastOperator to(String... some) {
        return all().to(some);
    }

    /** Begins an event for the sockets that are in none of the rooms. */
    public BroadcastOperator except(String... some) {
        return all().except(some);
    }

    /** Begins an event for all sockets. */
    public BroadcastOperator all() {
        return new BroadcastOperator(this, Audience.ALL, false);
    }

    /**
     * Sends an event to all sockets.
     *
     * @throws IllegalArgumentException as {@link BroadcastOperator#emit}
     * @throws IllegalStateException as {@link BroadcastOperator#emit}
     */
    public void emit(String event, @Nullable Object... arguments) {
        all().emit(event, arguments);
    }

    /** Returns the sockets of this process, in no order. */
    public List<IoSocket> sockets() {
        return List.copyOf(sockets.values());
    }

    /** Returns the number of sockets of this process. */
    public int size() {
        return sockets.size();
    }

    /**
     * Returns the users that are here: those of all sockets whose middleware has said who they are, on every instance that shares the
     * {@linkplain EventLog log}. Those of an instance that has died count until its lease ends. Asks the log, and waits for the answer:
     * with a log in a database this is a query.
     *
     * @param grace for how long a user counts whose sockets have gone without saying that they leave, as it may be just coming back
     * @return their names, in order
     * @throws SQLException if the database of the log does not answer
     */
    public SortedSet<String> users(Duration grace) throws SQLException {
        return log.users(this, grace);
    }

    /** Returns how large an event may be, in bytes. */
    long largestEvent() {
        return largestEvent;
    }

    /** Does something once what has been appended has been handed on, or cannot be for now. */
    void whenHandedOn(Runnable action) {
        log.whenHandedOn(action);
    }

    void append(Entry entry) {
        log.append(entry);
    }

    List<EventListener> listeners(String event) {
        return listeners.getOrDefault(event, List.of());
    }

    /** Has a client pass the middleware. */
    void check(Connecting client) throws Exception {
        for (Middleware each : middleware) {
            each.accept(client);
        }
    }

    @Nullable
    IoSocket find(String id) {
        return sockets.get(id);
    }

    /** Lets a socket in, in the turn of the log. */
    void add(IoSocket socket) {
        sockets.put(socket.id(), socket);
        socket.rooms().forEach(room -> members(room).add(socket));
    }

    /** Calls the listeners of a socket that has joined. */
    void connected(IoSocket socket) throws Exception {
        for (ConnectionListener listener : connectionListeners) {
            listener.connected(socket);
        }
    }

    void disconnected(IoSocket socket, DisconnectReason reason) {
        disconnectListeners.forEach(listener -> call(listener, socket, reason));
    }

    /** Changes the rooms of a socket, in the turn of the log. */
    void change(Entry.Rooms change) {
        IoSocket socket = change.socket();
        if (sockets.get(socket.id()) == socket) {
            socket.change(change);
            change.leave().forEach(room -> takeOut(room, socket));
            change.join().forEach(room -> members(room).add(socket));
        }
    }

    /** Removes a socket, in the turn of the log. */
    void remove(IoSocket socket) {
        sockets.remove(socket.id(), socket);
        socket.rooms().forEach(room -> takeOut(room, socket));
    }

    private Set<IoSocket> members(String room) {
        return rooms.computeIfAbsent(room, added -> ConcurrentHashMap.newKeySet());
    }

    private void takeOut(String room, IoSocket socket) {
        Set<IoSocket> members = rooms.get(room);
        if (members != null && members.remove(socket) && members.isEmpty()) {
            rooms.remove(room);
        }
    }

    /** Sends an event, in the turn of the log, and returns to how many. */
    int send(Entry.Emission emission, @Nullable String offset, Held held) {
        Answers answers = emission.answers();
        if (answers != null) {
            held.flush();
            return forEach(emission.audience(), socket -> socket.ask(emission.data(), answers));
        }
        List<Packet> packets = Encoder.event(name, emission.data(), offset, null);
        if (emission.isDroppable()) {
            held.flush();
            return forEach(emission.audience(), socket -> socket.engine().sendVolatile(packets));
        }
        List<EngineSocket> sockets = new ArrayList<>();
        int count = forEach(emission.audience(), socket -> sockets.add(socket.engine()));
        held.add(packets, sockets);
        return count;
    }

    private int forEach(Audience audience, Consumer<IoSocket> send) {
        int count = 0;
        for (IoSocket socket : candidates(audience)) {
            if (!isExcluded(socket, audience)) {
                count++;
                send.accept(socket);
            }
        }
        return count;
    }

    List<IoSocket> audience(Audience audience) {
        return candidates(audience).stream()
                .filter(socket -> !isExcluded(socket, audience))
                .toList();
    }

    private Collection<IoSocket> candidates(Audience audience) {
        if (audience.rooms().isEmpty()) {
            return sockets.values();
        }
        if (audience.rooms().size() == 1) {
            return in(audience.rooms().iterator().next());
        }
        Collection<IoSocket> all = new HashSet<>();
        audience.rooms().forEach(room -> all.addAll(in(room)));
        return all;
    }

    private Collection<IoSocket> in(String room) {
        Set<IoSocket> members = rooms.getOrDefault(room, Set.of());
        IoSocket itself = sockets.get(room);
        if (itself == null || members.contains(itself)) {
            return members;
        }
        if (members.isEmpty()) {
            return List.of(itself);
        }
        Collection<IoSocket> all = new ArrayList<>(members);
        all.add(itself);
        return all;
    }

    private static boolean isExcluded(IoSocket socket, Audience audience) {
        for (String room : audience.except()) {
            if (socket.isIn(room)) {
                return true;
            }
        }
        return false;
    }

    void call(EventListener listener, Event event) {
        try {
            listener.on(event);
        } catch (Throwable failure) {
            counters.listenerFailures.increment();
            LOG.error("A listener for \"{}\" in {} failed", event.name(), name, failure);
        }
    }

    void call(DisconnectListener listener, IoSocket socket, DisconnectReason reason) {
        try {
            listener.disconnected(socket, reason);
        } catch (Throwable failure) {
            counters.listenerFailures.increment();
            LOG.error("A listener for disconnects in {} failed", name, failure);
        }
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return "Namespace[" + name + "]";
    }
}
