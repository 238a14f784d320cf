package dev.quiesce.web.samples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quiesce.web.http.LongRequests;
import dev.quiesce.web.http.LongRequests.Registration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** An event stream that holds its thread, and has a last event if the service stops. Thread-safe. */
@SuppressWarnings("serial") // never serialized
public final class NewsStream extends HttpServlet {
    private static final String END = "event: end\n\n";

    private final LongRequests longRequests;
    private final Set<BlockingQueue<String>> readers = ConcurrentHashMap.newKeySet();

    public NewsStream(LongRequests longRequests) {
        this.longRequests = longRequests;
    }

    /** Sends an event to those who read. */
    public void publish(String text) {
        readers.forEach(reader -> reader.add("data: " + text + "\n\n"));
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/event-stream");
        response.flushBuffer();
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        Registration stream = longRequests.register("GET /events", () -> events.add(END));
        readers.add(events);
        try {
            String event;
            do {
                event = events.take();
                response.getOutputStream().write(event.getBytes(UTF_8));
                response.flushBuffer();
            } while (!event.equals(END));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            readers.remove(events);
            stream.close();
        }
    }
}
