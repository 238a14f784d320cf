package dev.quiesce.web.drill;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Streams numbered server-sent events without holding a thread.
 *
 * <p>A client that comes back with {@code Last-Event-ID} goes on after that event; once it has them all it is answered
 * 204, which tells an {@code EventSource} not to come back.
 */
@SuppressWarnings("serial") // never serialized
final class StreamServlet extends HttpServlet {
    private static final int MOST_EVENTS = 100_000;

    private final DrillStreams streams;

    @Inject
    StreamServlet(DrillStreams streams) {
        this.streams = streams;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            Plain.requireMethod("GET", request);
            int events = Plain.number(request, "n", MOST_EVENTS);
            int millis = Plain.number(request, "ms", Plain.LONGEST_MILLIS);
            int seen = lastEventId(request);
            if (seen > 0 && seen >= events) {
                response.setStatus(204);
                return;
            }
            response.setContentType("text/event-stream; charset=utf-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            streams.open(request, response.getOutputStream(), seen, events, Duration.ofMillis(millis));
        } catch (Refusal refusal) {
            Plain.write(response, "GET", refusal);
        }
    }

    private static int lastEventId(HttpServletRequest request) throws Refusal {
        String text = request.getHeader("Last-Event-ID");
        try {
            int id = text == null || text.isEmpty() ? 0 : Integer.parseInt(text);
            if (id >= 0 && id <= MOST_EVENTS) {
                return id;
            }
        } catch (NumberFormatException e) {
            // answered below like a number out of range
        }
        throw new Refusal(400, "header Last-Event-ID must be a whole number from 0 to " + MOST_EVENTS);
    }
}
