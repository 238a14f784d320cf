package dev.quiesce.realtime.engineio;

/** Why a socket has ended, in the words of Socket.IO. */
public enum CloseReason {
    /** The peer has closed, or its connection has. */
    TRANSPORT_CLOSE("transport close"),
    /** The peer did what its transport does not allow, or did not take what was sent to it. */
    TRANSPORT_ERROR("transport error"),
    /** The peer has sent what is no packet. */
    PARSE_ERROR("parse error"),
    /** The peer has not answered a ping in time. */
    PING_TIMEOUT("ping timeout"),
    /** This side has closed the socket. */
    FORCED_CLOSE("forced close"),
    /** The service stops. */
    SERVER_SHUTTING_DOWN("server shutting down");

    private final String text;

    CloseReason(String text) {
        this.text = text;
    }

    /** Returns the reason as Socket.IO spells it. */
    @Override
    public String toString() {
        return text;
    }
}
