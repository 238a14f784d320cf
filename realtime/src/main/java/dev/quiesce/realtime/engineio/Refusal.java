package dev.quiesce.realtime.engineio;

import org.eclipse.jetty.http.HttpStatus;

/**
 * Why a request is refused; the codes and texts are those of the reference implementation, whose clients show them.
 *
 * @see <a href="https://socket.io/docs/v4/server-api/#event-connection_error">the codes</a>
 */
enum Refusal {
    UNKNOWN_TRANSPORT(HttpStatus.BAD_REQUEST_400, 0, "Transport unknown"),
    UNKNOWN_SESSION(HttpStatus.BAD_REQUEST_400, 1, "Session ID unknown"),
    BAD_HANDSHAKE_METHOD(HttpStatus.BAD_REQUEST_400, 2, "Bad handshake method"),
    BAD_REQUEST(HttpStatus.BAD_REQUEST_400, 3, "Bad request"),
    FORBIDDEN(HttpStatus.FORBIDDEN_403, 4, "Forbidden"),
    UNSUPPORTED_VERSION(HttpStatus.BAD_REQUEST_400, 5, "Unsupported protocol version"),
    TOO_LARGE(HttpStatus.PAYLOAD_TOO_LARGE_413, 3, "Payload too large"),
    TOO_MANY_OF_ADDRESS(HttpStatus.TOO_MANY_REQUESTS_429, 4, "Too many sockets of this address"),
    NOT_NOW(HttpStatus.SERVICE_UNAVAILABLE_503, 4, "Not accepting sockets now");

    final int status;
    final String body;

    Refusal(int status, int code, String message) {
        this.status = status;
        this.body = "{\"code\":" + code + ",\"message\":\"" + message + "\"}";
    }
}
