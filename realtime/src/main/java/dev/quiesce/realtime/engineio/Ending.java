package dev.quiesce.realtime.engineio;

import org.eclipse.jetty.websocket.core.CloseStatus;

/**
 * How this side ends a socket.
 *
 * @param reason what the handler is told
 * @param code the status that a WebSocket is told
 * @param why the text that goes with it
 */
record Ending(CloseReason reason, int code, String why) {
    static final Ending BY_PEER = new Ending(CloseReason.TRANSPORT_CLOSE, CloseStatus.NORMAL, "");
    static final Ending LOST = new Ending(CloseReason.TRANSPORT_CLOSE, CloseStatus.NORMAL, "");
    static final Ending PING_TIMEOUT = new Ending(CloseReason.PING_TIMEOUT, CloseStatus.NORMAL, "ping timeout");
    static final Ending PARSE_ERROR = new Ending(CloseReason.PARSE_ERROR, CloseStatus.PROTOCOL, "parse error");
    static final Ending TOO_SLOW = new Ending(CloseReason.TRANSPORT_ERROR, CloseStatus.POLICY_VIOLATION, "too slow");
    static final Ending MISUSED = new Ending(CloseReason.TRANSPORT_ERROR, CloseStatus.POLICY_VIOLATION, "misused");
    static final Ending RESTART =
            new Ending(CloseReason.SERVER_SHUTTING_DOWN, CloseStatus.SERVICE_RESTART, "service restart");

    /**
     * Returns how this side ends a socket for a reason of its own.
     *
     * @throws IllegalArgumentException if the code may not be sent
     */
    static Ending forced(int code, String why) {
        if (!CloseStatus.isTransmittableStatusCode(code)) {
            throw new IllegalArgumentException(
                    "close code " + code + " may not be sent; use 1000 to 1003, 1007 to 1014, or 3000 to 4999");
        }
        return new Ending(CloseReason.FORCED_CLOSE, code, why);
    }

    /** Whether what the client has sent, and what has not been handled yet, is dropped. */
    boolean isMuting() {
        return reason != CloseReason.TRANSPORT_CLOSE && reason != CloseReason.SERVER_SHUTTING_DOWN;
    }

    /** Whether a client that polls is told with its next request, and not only finds its socket gone. */
    boolean isTold() {
        return reason == CloseReason.FORCED_CLOSE || reason == CloseReason.SERVER_SHUTTING_DOWN;
    }
}
