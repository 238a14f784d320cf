package dev.quiesce.web;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Posts offers, each with an item of its own, until it is ended; what fails is not posted again. */
final class OfferLoad implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PAUSE_MILLIS = 40;

    private final String server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .build();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "offers");

    OfferLoad(String port) {
        this.server = "http://127.0.0.1:" + port;
    }

    /** Signs in and begins. */
    void begin() throws IOException, InterruptedException {
        if (post("/api/session", "{\"name\":\"bert\"}") != 200) {
            throw new IOException("nobody can sign in");
        }
        thread.start();
    }

    /** Returns the items that were sent. */
    List<String> sent() {
        return List.copyOf(sent);
    }

    /** Returns those of them that the service has acknowledged. */
    List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    void end() throws InterruptedException {
        ended.countDown();
        thread.join(PATIENCE.toMillis());
    }

    private void run() {
        try {
            for (int number = 1; !ended.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS); number++) {
                String item = "item " + number;
                sent.add(item);
                try {
                    if (post("/api/offers", "{\"item\":\"" + item + "\",\"price\":1}") == 201) {
                        acknowledged.add(item);
                    }
                } catch (IOException thereIsNoService) {
                    // It is not acknowledged then.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int post(String path, String json) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(server + path))
                                .header("Content-Type", "application/json")
                                .timeout(PATIENCE)
                                .POST(HttpRequest.BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
