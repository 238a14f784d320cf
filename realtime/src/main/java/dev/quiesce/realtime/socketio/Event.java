package dev.quiesce.realtime.socketio;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An event that a client has sent. Safe for use by many threads. */
public final class Event {
    private final IoSocket socket;
    private final String name;
    private final Arguments arguments;
    private final @Nullable Long ackId;
    private final AtomicBoolean answered = new AtomicBoolean();

    Event(IoSocket socket, Incoming.Event event) {
        this.socket = socket;
        this.name = event.name();
        this.arguments = new Arguments(event.arguments());
        this.ackId = event.ackId();
    }

    /** Returns the socket that the event has come from. */
    public IoSocket socket() {
        return socket;
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the arguments. */
    public Arguments arguments() {
        return arguments;
    }

    /** Returns an argument as {@link Arguments#get} does. */
    public @Nullable Object get(int index) {
        return arguments.get(index);
    }

    /**
     * Returns an argument that is a text.
     *
     * @throws IllegalArgumentException if it is none
     */
    public String text(int index) {
        return arguments.text(index);
    }

    /**
     * Returns an argument that is binary.
     *
     * @throws IllegalArgumentException if it is not
     */
    public ByteBuffer binary(int index) {
        return arguments.binary(index);
    }

    /** Returns whether the client waits for an answer. */
    public boolean wantsAck() {
        return ackId != null;
    }

    /**
     * Answers the client, now or later, once; if it does not wait for that, or has been answered, nothing happens. The answer may
     * overtake events that are under way.
     *
     * @throws IllegalArgumentException if the arguments cannot be written as JSON
     */
    public void ack(@Nullable Object... answer) {
        if (ackId != null && answered.compareAndSet(false, true)) {
            socket.answer(ackId, Json.write(Arrays.asList(answer)));
        }
    }

    /** Returns the name and how many arguments there are. */
    @Override
    public String toString() {
        return "Event[" + name + ", " + arguments.size() + " arguments]";
    }
}
