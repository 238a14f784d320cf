package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much is kept for clients that come back. Whoever has been away for longer, or has missed more, begins anew, and is told so.
 * Immutable.
 *
 * @param time how long events are kept, and what is known of a client that has gone, in whole milliseconds. Default 2 min
 * @param events the most events that are kept. Default 100,000
 */
public record Retention(Duration time, int events) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public Retention {
        requireNonNull(time, "time");
        if (time.toMillis() <= 0 || events <= 0) {
            throw new IllegalArgumentException("a retention is a positive time and a positive number of events, was "
                    + time + " and " + events + "; use EventLog.none() to keep nothing");
        }
    }

    /** Returns the defaults that are named above. */
    public static Retention defaults() {
        return new Retention(Duration.ofMinutes(2), 100_000);
    }
}
