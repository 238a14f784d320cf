package dev.quiesce.realtime.socketio;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sends an event to some sockets of a namespace. Immutable: what changes whom it is for returns another one. */
public final class BroadcastOperator {

    private final Namespace namespace;
    private final Audience audience;
    private final boolean isVolatile;

    BroadcastOperator(Namespace namespace, Audience audience, boolean isVolatile) {
        this.namespace = namespace;
        this.audience = audience;
        this.isVolatile = isVolatile;
    }

    /** Returns one for the sockets in these rooms too; each socket gets an event once, however many of the rooms it is in. */
    public BroadcastOperator to(String... rooms) {
        return new BroadcastOperator(
                namespace, new Audience(union(audience.rooms(), rooms), audience.except()), isVolatile);
    }

    /** Returns one for the sockets that are in none of these rooms. */
    public BroadcastOperator except(String... rooms) {
        return new BroadcastOperator(
                namespace, new Audience(audience.rooms(), union(audience.except(), rooms)), isVolatile);
    }

    /** Returns one whose events are dropped for clients that do not take them at once, or are away. */
    public BroadcastOperator asVolatile() {
        return new BroadcastOperator(namespace, audience, true);
    }

    /**
     * Sends an event. It is encoded once. Clients that are away for a while get it when they come back, unless it is binary or
     * volatile.
     *
     * @param arguments what can be written as JSON, with {@code byte[]} and {@link java.nio.ByteBuffer} for what is binary
     * @throws IllegalArgumentException if an argument cannot be written as JSON, the name is reserved, or the event is larger than
     *     half of what may wait for a client
     * @throws IllegalStateException if more events wait to be kept than the log allows, or the server has stopped
     */
    public void emit(String event, @Nullable Object... arguments) {
        append(event, arguments, null, null);
    }

    /**
     * Sends an event, as {@link #emit}, and tells when it has been kept and sent: from then on no client that can recover misses it,
     * whatever becomes of this process.
     *
     * @throws IllegalArgumentException as {@link #emit}
     * @throws IllegalStateException as {@link #emit}
     */
    public CompletionStage<@Nullable Void> publish(String event, @Nullable Object... arguments) {
        CompletableFuture<@Nullable Void> published = new CompletableFuture<>();
        append(event, arguments, null, published);
        return published;
    }

    /**
     * Sends an event that every client has to answer.
     *
     * @param timeout how long is waited for the answers
     * @return what has been answered once all have, or the time is over
     * @throws IllegalArgumentException as {@link #emit}
     * @throws IllegalStateException if more events wait to be kept than the log allows
     */
    public CompletionStage<Responses> emitWithAck(Duration timeout, String event, @Nullable Object... arguments) {
        AllAnswers answers = new AllAnswers(timeout);
        append(event, arguments, answers, null);
        return answers.future();
    }

    CompletionStage<Arguments> emitToOne(Duration timeout, String event, @Nullable Object... arguments) {
        OneAnswer answer = new OneAnswer(timeout, new CompletableFuture<>());
        append(event, arguments, answer, null);
        return answer.future();
    }

    /** Returns the sockets of this process that an event would go to now. */
    public List<IoSocket> sockets() {
        return namespace.audience(audience);
    }

    /** Has the sockets join rooms. */
    public void join(String... rooms) {
        sockets().forEach(socket -> socket.join(rooms));
    }

    /** Has the sockets leave rooms. */
    public void leave(String... rooms) {
        sockets().forEach(socket -> socket.leave(rooms));
    }

    /** Ends the sockets, as {@link IoSocket#disconnect(boolean)}. */
    public void disconnect(boolean closesConnections) {
        sockets().forEach(socket -> socket.disconnect(closesConnections));
    }

    private void append(
            String event,
            @Nullable Object[] arguments,
            @Nullable Answers answers,
            @Nullable CompletableFuture<@Nullable Void> published) {
        if (Decoder.RESERVED.contains(event)) {
            throw new IllegalArgumentException(
                    "\"" + event + "\" is a name that clients keep for themselves; take another one");
        }
        List<@Nullable Object> data = new ArrayList<>(arguments.length + 1);
        data.add(event);
        data.addAll(Arrays.asList(arguments));
        Json.Written written = Json.write(data);
        if (written.queuedSize() > namespace.largestEvent()) {
            throw new IllegalArgumentException("an event of " + written.queuedSize()
                    + " bytes is larger than half of what may wait for a"
                    + " client; send less, or raise outboundQueueBytes, which is " + 2 * namespace.largestEvent());
        }
        boolean isKept = !isVolatile && answers == null && written.attachments().isEmpty();
        namespace.append(
                new Entry.Emission(namespace.name(), audience, written, isKept, isVolatile, answers, published));
    }

    private static Set<String> union(Set<String> some, String... more) {
        Set<String> all = new HashSet<>(some);
        all.addAll(Arrays.asList(more));
        return all;
    }
}
