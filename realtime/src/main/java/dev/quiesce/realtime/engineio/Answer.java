package dev.quiesce.realtime.engineio;

import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What is answered by HTTP. */
final class Answer {
    private static final String PACKETS = "text/plain;charset=utf-8";
    private static final String JSON = "application/json";

    private Answer() {}

    static void packets(Response response, Callback callback, String body) {
        write(response, callback, HttpStatus.OK_200, PACKETS, body);
    }

    static void refuse(Response response, Callback callback, Refusal why) {
        write(response, callback, why.status, JSON, why.body);
    }

    /** Refuses for a while, on a connection that is not used again, so that the next attempt can go elsewhere. */
    static void refuseForNow(Response response, Callback callback, Refusal why, Duration retryAfter) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, retryAfter.toSeconds());
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        refuse(response, callback, why);
    }

    static void nothing(Response response, Callback callback) {
        response.setStatus(HttpStatus.NO_CONTENT_204);
        callback.succeeded();
    }

    private static void write(Response response, Callback callback, int status, String type, String body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        Content.Sink.write(response, true, body, callback);
    }
}
