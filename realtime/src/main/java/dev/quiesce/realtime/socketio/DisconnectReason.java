package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.CloseReason;

/** Why a socket has left its namespace, in the words of Socket.IO. */
public enum DisconnectReason {
    /** The client has left. */
    CLIENT_NAMESPACE_DISCONNECT("client namespace disconnect"),
    /** This side has ended the socket. */
    SERVER_NAMESPACE_DISCONNECT("server namespace disconnect"),
    /** The service stops. */
    SERVER_SHUTTING_DOWN("server shutting down"),
    /** The client has not answered a ping in time. */
    PING_TIMEOUT("ping timeout"),
    /** The client's connection has ended. */
    TRANSPORT_CLOSE("transport close"),
    /** The client's connection has failed. */
    TRANSPORT_ERROR("transport error"),
    /** The client has sent what is no packet. */
    PARSE_ERROR("parse error"),
    /** This side has closed the connection. */
    FORCED_CLOSE("forced close"),
    /** The client is back by another connection before the end of this one was noticed. */
    REPLACED("replaced");

    private final String text;

    DisconnectReason(String text) {
        this.text = text;
    }

    static DisconnectReason of(CloseReason reason) {
        return switch (reason) {
            case TRANSPORT_CLOSE -> TRANSPORT_CLOSE;
            case TRANSPORT_ERROR -> TRANSPORT_ERROR;
            case PARSE_ERROR -> PARSE_ERROR;
            case PING_TIMEOUT -> PING_TIMEOUT;
            case FORCED_CLOSE -> FORCED_CLOSE;
            case SERVER_SHUTTING_DOWN -> SERVER_SHUTTING_DOWN;
        };
    }

    /** Whether either side has meant it for good, so that there is nothing to come back to. */
    boolean isFinal() {
        return this == CLIENT_NAMESPACE_DISCONNECT || this == SERVER_NAMESPACE_DISCONNECT;
    }

    /** Returns the reason as Socket.IO spells it. */
    @Override
    public String toString() {
        return text;
    }
}
