package dev.quiesce.web.board;

import dev.quiesce.web.http.RetryAfter;
import java.util.Map;

/** Why a request is not answered as it wished, in the terms of RFC 9457. */
@SuppressWarnings("serial") // never serialized
final class Problem extends Exception {
    private final transient Body body;
    private final transient Map<String, String> headers;

    /** What the client reads. */
    record Body(int status, String title, String detail) {}

    private Problem(int status, String title, String detail, Map<String, String> headers) {
        super(detail);
        this.body = new Body(status, title, detail);
        this.headers = headers;
    }

    static Problem badRequest(String detail) {
        return new Problem(400, "Bad Request", detail, Map.of());
    }

    static Problem notSignedIn() {
        return new Problem(401, "Unauthorized", "Sign in first.", Map.of());
    }

    static Problem forbidden(String detail) {
        return new Problem(403, "Forbidden", detail, Map.of());
    }

    static Problem notFound() {
        return new Problem(404, "Not Found", "There is nothing here.", Map.of());
    }

    static Problem methodNotAllowed(String allowed) {
        return new Problem(405, "Method Not Allowed", "Allowed here: " + allowed + ".", Map.of("Allow", allowed));
    }

    static Problem conflict(String detail) {
        return new Problem(409, "Conflict", detail, Map.of());
    }

    static Problem tooLarge(int most) {
        return new Problem(413, "Content Too Large", "The body may have " + most + " bytes at most.", Map.of());
    }

    static Problem unsupportedMediaType() {
        return new Problem(415, "Unsupported Media Type", "Send JSON as application/json in UTF-8.", Map.of());
    }

    static Problem failed() {
        return new Problem(500, "Internal Server Error", "This failed. The log of the server says why.", Map.of());
    }

    static Problem unavailable() {
        return new Problem(
                503,
                "Service Unavailable",
                "The database cannot be reached at the moment. Look whether it was done, and try again.",
                Map.of("Retry-After", Integer.toString(RetryAfter.seconds())));
    }

    Body body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }
}
