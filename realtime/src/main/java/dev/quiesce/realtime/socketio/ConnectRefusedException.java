package dev.quiesce.realtime.socketio;

import org.jspecify.annotations.Nullable;

/**
 * A client may not join a namespace. It is told why ({@code connect_error}), and does not try again by itself.
 */
@SuppressWarnings("serial") // never serialized
public final class ConnectRefusedException extends Exception {
    private final transient @Nullable Object details;

    /** Makes one that tells the client nothing but a message. */
    public ConnectRefusedException(String message) {
        this(message, null);
    }

    /**
     * Makes one.
     *
     * @param message what the client reads
     * @param details what it gets with it, to be written as JSON
     */
    public ConnectRefusedException(String message, @Nullable Object details) {
        super(message);
        this.details = details;
    }

    @Nullable
    Object details() {
        return details;
    }
}
