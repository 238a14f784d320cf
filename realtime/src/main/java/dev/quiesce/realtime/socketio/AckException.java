package dev.quiesce.realtime.socketio;

/** A client has not answered an event: not in time, or because it has gone. */
@SuppressWarnings("serial") // never serialized
public final class AckException extends Exception {
    AckException(String message) {
        super(message);
    }
}
