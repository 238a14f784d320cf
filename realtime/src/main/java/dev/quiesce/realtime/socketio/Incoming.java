package dev.quiesce.realtime.socketio;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A packet that has arrived, checked. */
sealed interface Incoming {

    /** Returns the name of the namespace that the packet is for. */
    String namespace();

    /** A client wants to join a namespace. */
    record Connect(String namespace, Map<String, Object> auth) implements Incoming {}

    /** A client leaves a namespace. */
    record Disconnect(String namespace) implements Incoming {}

    /**
     * An event.
     *
     * @param ackId the number under which the client wants to be answered, or null if it does not
     */
    record Event(
            String namespace,
            String name,
            List<@Nullable Object> arguments,
            @Nullable Long ackId) implements Incoming {}

    /** The answer to an event of the server's. */
    record Ack(String namespace, long id, List<@Nullable Object> arguments) implements Incoming {}
}
