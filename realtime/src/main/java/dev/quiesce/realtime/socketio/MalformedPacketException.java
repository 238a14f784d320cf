package dev.quiesce.realtime.socketio;

/** What has arrived is no packet of the protocol. */
@SuppressWarnings("serial") // never serialized
final class MalformedPacketException extends Exception {
    MalformedPacketException(String message) {
        super(message);
    }
}
