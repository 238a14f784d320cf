package dev.quiesce.web;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real browser without a window, with a profile of its own, by the protocol of its developer tools: that takes no driver, whose
 * version would have to be that of the browser. Thread-safe.
 */
final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServiceProcess process;
    private final WebSocket socket;
    private final Replies replies;
    private final AtomicInteger lastCall = new AtomicInteger();

    private Chromium(ServiceProcess process, WebSocket socket, Replies replies) {
        this.process = process;
        this.socket = socket;
        this.replies = replies;
    }

    /** Returns where it is installed, if it is. */
    static Optional<Path> installed() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "chromium"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it, with its profile in a folder that does not exist yet. */
    static Chromium start(Path profile) throws Exception {
        ServiceProcess process = ServiceProcess.start(
                Path.of("").toAbsolutePath(),
                Map.of("TMPDIR", profile.toAbsolutePath().getParent().toString()),
                List.of(
                        installed().orElseThrow().toString(),
                        "--headless=new",
                        // It runs as root in a pipeline, and shows nothing but pages of our own.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--no-first-run",
                        "--force-color-profile=srgb",
                        "--window-size=1100,800",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"));
        Path place = profile.resolve("DevToolsActivePort");
        await().atMost(PATIENCE)
                .until(() -> Files.exists(place) && Files.readAllLines(place).size() == 2);
        List<String> lines = Files.readAllLines(place);
        Replies replies = new Replies();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)), replies)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return new Chromium(process, socket, replies);
    }

    /** Opens a page in a tab of its own. */
    Page open(URI uri) throws Exception {
        Object target =
                call(null, "Target.createTarget", Map.of("url", "about:blank")).get("targetId");
        String session = (String) call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId");
        call(session, "Runtime.enable", Map.of());
        call(session, "Log.enable", Map.of());
        call(session, "Page.navigate", Map.of("url", uri.toString()));
        return new Page(this, session);
    }

    @SuppressWarnings("unchecked") // keys of JSON are texts
    private synchronized Map<String, Object> call(
            @Nullable String session, String method, Map<String, Object> parameters) throws Exception {
        int id = lastCall.incrementAndGet();
        CompletableFuture<Map<String, Object>> reply = new CompletableFuture<>();
        replies.awaited.put(id, reply);
        Map<String, Object> call = new HashMap<>(Map.of("id", id, "method", method, "params", parameters));
        if (session != null) {
            call.put("sessionId", session);
        }
        socket.sendText(JSON.std.asString(call), true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Map<String, Object> answer = reply.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (!(answer.get("result") instanceof Map<?, ?> result)) {
            throw new IOException(method + " failed: " + answer);
        }
        return (Map<String, Object>) result;
    }

    /** Has it end itself, so that nothing writes to its profile any more. */
    @Override
    public void close() {
        try {
            call(null, "Browser.close", Map.of());
            process.awaitExit(PATIENCE);
        } catch (Exception e) {
            throw new IllegalStateException("the browser has not ended", e);
        } finally {
            socket.abort();
            process.close();
        }
    }

    /**
     * A tab. Safe for use by many threads.
     *
     * @param session its name in the protocol
     */
    record Page(Chromium browser, String session) {

        /** Returns what an expression of JavaScript gives, or its promise, as JSON has it. */
        @Nullable
        Object evaluate(String expression) throws Exception {
            Map<String, Object> result = browser.call(
                    session,
                    "Runtime.evaluate",
                    Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
            if (result.containsKey("exceptionDetails")) {
                throw new IOException(expression + " failed: " + result.get("exceptionDetails"));
            }
            return ((Map<?, ?>) result.get("result")).get("value");
        }

        /** Waits until an expression is true. */
        void awaitTrue(String expression) {
            await(expression)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Boolean.TRUE.equals(evaluate(expression)));
        }

        /** Returns the texts of the elements that a selector finds. */
        @SuppressWarnings("unchecked") // what the expression gives
        List<String> texts(String selector) throws Exception {
            return (List<String>) evaluate(
                    "[...document.querySelectorAll('" + selector + "')].map((element) => element.textContent)");
        }

        /** Returns what went wrong on the page, but for connections that fail while there is no server. */
        List<String> faults() {
            return List.copyOf(browser.replies.faults);
        }

        /** Writes what is seen to a file. */
        void capture(Path png) throws Exception {
            String data = (String)
                    browser.call(session, "Page.captureScreenshot", Map.of()).get("data");
            Files.write(png, Base64.getDecoder().decode(data));
        }
    }

    private static final class Replies implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<Map<String, Object>>> awaited = new ConcurrentHashMap<>();
        private final List<String> faults = new CopyOnWriteArrayList<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                try {
                    received(JSON.std.mapFrom(message.toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                message.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void received(Map<String, Object> reply) {
            if (reply.get("id") instanceof Integer id) {
                awaited.remove(id).complete(reply);
            } else if ("Runtime.exceptionThrown".equals(reply.get("method"))) {
                faults.add(String.valueOf(reply.get("params")));
            } else if ("Log.entryAdded".equals(reply.get("method"))
                    && reply.get("params") instanceof Map<?, ?> params
                    && params.get("entry") instanceof Map<?, ?> entry
                    && "error".equals(entry.get("level"))
                    && !String.valueOf(entry.get("text")).contains("net::ERR_")) {
                faults.add(String.valueOf(entry.get("source")) + ": " + entry.get("text"));
            }
        }
    }
}
