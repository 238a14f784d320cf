package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.realtime.Handshake;
import dev.quiesce.realtime.engineio.EngineSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A client in a namespace.
 *
 * <p>Safe for use by many threads; no method blocks. Events leave in the order in which one thread has sent them. After the socket
 * has left its namespace every method is still safe to call, and nothing more is sent.
 */
public final class IoSocket {
    /** They are kept, and written anew with each change. */
    private static final long MOST_CHARACTERS_OF_ROOMS = 65_536;

    private final Client client;
    private final Namespace namespace;
    private final Session session;
    private final long generation;
    private final boolean recovered;
    private final Map<String, Object> auth;
    private final AtomicBoolean connected = new AtomicBoolean(true);
    private final Acks acks = new Acks();
    private final List<EventListener> anyListeners = new CopyOnWriteArrayList<>();
    private final List<DisconnectListener> disconnectListeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, List<EventListener>> listeners = Map.of();
    private volatile Map<String, Object> data;
    private volatile Set<String> rooms;
    private Set<String> askedFor; // guarded by this: the rooms once everything that was asked for counts

    IoSocket(Client client, Namespace namespace, Session session, boolean recovered, Map<String, Object> auth) {
        this.client = client;
        this.namespace = namespace;
        this.session = session;
        this.generation = session.generation;
        this.recovered = recovered;
        this.auth = auth;
        this.data = session.data;
        this.rooms = Set.copyOf(session.rooms);
        this.askedFor = rooms;
    }

    /** Returns the id, which the client knows and which a recovered socket keeps. It is also a room that the socket is in alone. */
    public String id() {
        return session.id;
    }

    /** Returns the namespace. */
    public Namespace namespace() {
        return namespace;
    }

    /** Returns the request that opened the client's connection. */
    public Handshake handshake() {
        return engine().handshake();
    }

    /** Returns what the client has sent to show who it is. */
    public Map<String, Object> auth() {
        return auth;
    }

    /** Returns who the client is, if a middleware has said so. */
    public Optional<String> user() {
        return Optional.ofNullable(session.user);
    }

    /** Returns whether the client goes on where it was: its id, rooms and data are the same, and it has got what it had missed. */
    public boolean isRecovered() {
        return recovered;
    }

    /** Returns whether the socket is in its namespace. */
    public boolean isConnected() {
        return connected.get();
    }

    /**
     * Keeps something with this socket that is there again when the socket is recovered.
     *
     * @param value what can be written as JSON; as such it comes back, and is {@linkplain #get there} at once, unmodifiable
     * @throws IllegalArgumentException if it cannot be, has something binary in it, or all that is kept with this socket takes more than
     *     64 KiB of JSON
     */
    public void put(String key, Object value) {
        synchronized (this) {
            Map<String, Object> changed = new HashMap<>(data);
            changed.put(key, requireNonNull(value, key));
            data = Json.kept(changed);
        }
        namespace.append(new Entry.Data(this));
    }

    /** Returns what was {@linkplain #put put} under a key. */
    public Optional<Object> get(String key) {
        return Optional.ofNullable(data.get(key));
    }

    /** Calls the listener for every event of this name from this client, after those of the namespace. */
    public synchronized IoSocket on(String event, EventListener listener) {
        listeners = Listeners.with(listeners, event, listener);
        return this;
    }

    /** Calls the listener for every event from this client, before the others. */
    public IoSocket onAny(EventListener listener) {
        anyListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Calls the listener once this socket leaves its namespace. */
    public IoSocket onDisconnect(DisconnectListener listener) {
        disconnectListeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sends an event to the client. A client that is away for a while gets it when it comes back, unless it is binary.
     *
     * @param arguments what can be written as JSON, with {@code byte[]} and {@link java.nio.ByteBuffer} for what is binary
     * @throws IllegalArgumentException if an argument cannot be written as JSON, or the name is reserved
     * @throws IllegalStateException if more events wait to be kept than the log allows, or the server has stopped
     */
    public void emit(String event, @Nullable Object... arguments) {
        self().emit(event, arguments);
    }

    /**
     * Sends an event to the client that it has to answer.
     *
     * @param timeout how long is waited for the answer
     * @return the answer, or an {@link AckException} if none comes in time or the client goes away
     * @throws IllegalArgumentException as {@link #emit}
     * @throws IllegalStateException if more events wait to be kept than the log allows
     */
    public CompletionStage<Arguments> emitWithAck(Duration timeout, String event, @Nullable Object... arguments) {
        return self().emitToOne(timeout, event, arguments);
    }

    /** Begins an event for the other sockets in rooms. */
    public BroadcastOperator to(String... others) {
        return broadcast().to(others);
    }

    /** Begins an event for the other sockets that are in none of the rooms. */
    public BroadcastOperator except(String... others) {
        return broadcast().except(others);
    }

    /** Begins an event for all other sockets of the namespace. */
    public BroadcastOperator broadcast() {
        return namespace.all().except(id());
    }

    /** Begins an event that is dropped if the client does not take it at once. */
    public BroadcastOperator asVolatile() {
        return self().asVolatile();
    }

    private BroadcastOperator self() {
        return namespace.to(id());
    }

    /**
     * Joins rooms, which exist as long as a socket is in them.
     *
     * @return completed once what is sent to the rooms from then on reaches this socket
     * @throws IllegalArgumentException if the names of all rooms of this socket would have more than 65,536 characters
     */
    public CompletionStage<@Nullable Void> join(String... joined) {
        return change(Set.of(joined), Set.of());
    }

    /**
     * Leaves rooms. A socket that leaves its namespace leaves them all.
     *
     * @return completed once what is sent to the rooms from then on does not reach this socket
     */
    public CompletionStage<@Nullable Void> leave(String... left) {
        return change(Set.of(), Set.of(left));
    }

    private CompletionStage<@Nullable Void> change(Set<String> joined, Set<String> left) {
        synchronized (this) {
            Set<String> all = new HashSet<>(askedFor);
            all.removeAll(left);
            all.addAll(joined);
            long length = all.stream().mapToLong(String::length).sum();
            if (length > MOST_CHARACTERS_OF_ROOMS && !joined.isEmpty()) {
                throw new IllegalArgumentException("the names of the rooms of a socket would have " + length
                        + " characters, and at most " + MOST_CHARACTERS_OF_ROOMS + " are allowed");
            }
            askedFor = Set.copyOf(all);
        }
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        namespace.append(new Entry.Rooms(this, joined, left, done));
        return done;
    }

    /** Returns the rooms that this socket is in, without the one of its own. */
    public Set<String> rooms() {
        return rooms;
    }

    /**
     * Ends this socket: what has been sent to it goes out first, and the client does not come back by itself. To have it come back,
     * {@linkplain #closeConnection close its connection}.
     */
    public void disconnect() {
        namespace.append(new Entry.Departure(this, DisconnectReason.SERVER_NAMESPACE_DISCONNECT, false));
    }

    /**
     * Ends this socket, as {@link #disconnect()}.
     *
     * @param closesConnection whether the client's connection ends as well, to which its sockets in other namespaces come back
     */
    public void disconnect(boolean closesConnection) {
        namespace.append(new Entry.Departure(this, DisconnectReason.SERVER_NAMESPACE_DISCONNECT, closesConnection));
    }

    /**
     * Closes the client's connection, with its sockets in all namespaces. What has been sent goes out first, unless the log cannot hand
     * it on for now. The client takes that for a lost connection: it comes back by itself, and goes on where it was if the log keeps what
     * it misses.
     *
     * @param code the status that a WebSocket is told, such as 1012
     * @param why the text that goes with it, cut to 123 bytes of UTF-8
     * @throws IllegalArgumentException if the code may not be sent
     */
    public void closeConnection(int code, String why) {
        namespace.whenHandedOn(engine().closing(code, why));
    }

    Map<String, Object> data() {
        return data;
    }

    Session session() {
        return session;
    }

    long generation() {
        return generation;
    }

    Client client() {
        return client;
    }

    EngineSocket engine() {
        return client.engine();
    }

    boolean isIn(String room) {
        return rooms.contains(room) || room.equals(id());
    }

    /** Takes note of a change of rooms, in the turn of the log. */
    void change(Entry.Rooms change) {
        Set<String> now = new HashSet<>(rooms);
        now.removeAll(change.leave());
        now.addAll(change.join());
        rooms = Set.copyOf(now);
    }

    /** Calls the listeners for an event, in turn with the other calls for this client. */
    void receive(Event event) {
        for (EventListener listener : anyListeners) {
            namespace.call(listener, event);
        }
        for (EventListener listener : namespace.listeners(event.name())) {
            namespace.call(listener, event);
        }
        for (EventListener listener : listeners.getOrDefault(event.name(), List.of())) {
            namespace.call(listener, event);
        }
    }

    void answer(long id, Json.Written data) {
        if (isConnected()) {
            engine().send(Encoder.ack(namespace.name(), id, data));
        }
    }

    void answered(long id, Arguments answer) {
        acks.answered(id, answer);
    }

    /** Sends an event that the client has to answer, in the turn of the log. */
    void ask(Json.Written data, Answers answers) {
        long id = acks.owe(answers);
        if (id == Acks.ENDED) {
            engine().execute(() -> answers.failed(new AckException("the client has gone")));
            return;
        }
        acks.timesOut(id, engine().executeAfter(answers.timeout(), () -> acks.timedOut(id)));
        engine().send(Encoder.event(namespace.name(), data, null, id));
    }

    /** Leaves, and returns whether this was the first to say so. To be called in turn with the other calls for this client. */
    boolean leave(DisconnectReason reason) {
        if (!connected.compareAndSet(true, false)) {
            return false;
        }
        acks.end();
        disconnectListeners.forEach(listener -> namespace.call(listener, this, reason));
        namespace.disconnected(this, reason);
        return true;
    }

    /** Returns the id and the namespace, and nothing that could be a secret. */
    @Override
    public String toString() {
        return "IoSocket[" + id() + " in " + namespace.name() + "]";
    }
}
