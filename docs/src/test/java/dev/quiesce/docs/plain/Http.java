package dev.quiesce.docs.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.quiesce.lifecycle.WorkGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes letters by HTTP, on the JDK's own server and any free port. Thread-safe. */
final class Http {
    private static final Logger log = LoggerFactory.getLogger(Http.class);

    private final Outbox outbox;
    private final WorkGuard requests = new WorkGuard();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile @Nullable HttpServer server;

    Http(Outbox outbox) {
        this.outbox = outbox;
    }

    WorkGuard requests() {
        return requests;
    }

    void open() throws IOException {
        HttpServer opened = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server = opened;
        opened.setExecutor(threads);
        opened.createContext("/letters", this::answer);
        opened.start();
        log.info("Listening on port {}", opened.getAddress().getPort());
    }

    void close() {
        HttpServer opened = server;
        if (opened != null) {
            opened.stop(0);
        }
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (WorkGuard.Hold request = requests.tryHold(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                exchange) {
            if (request == null) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            log.info("Receiving a letter");
            outbox.post(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(202, -1);
        }
    }
}
