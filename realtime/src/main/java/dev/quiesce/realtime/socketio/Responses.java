package dev.quiesce.realtime.socketio;

import java.util.List;

/**
 * What the sockets of a broadcast have answered. Immutable.
 *
 * @param received the answers, in the order in which they came
 * @param missing how many sockets have not answered in time, or have gone
 */
public record Responses(List<Arguments> received, int missing) {
    /** Takes a copy of the answers. */
    public Responses {
        received = List.copyOf(received);
    }
}
