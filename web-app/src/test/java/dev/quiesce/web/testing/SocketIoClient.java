package dev.quiesce.web.testing;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client of a Socket.IO server, by WebSocket, in the main namespace. It does not come back by itself. Thread-safe. */
public final class SocketIoClient implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final WebSocket socket;
    private final Listener listener;
    private final AtomicInteger lastAsked = new AtomicInteger();

    private SocketIoClient(WebSocket socket, Listener listener) {
        this.socket = socket;
        this.listener = listener;
    }

    /** Connects to the server at an address such as {@code http://127.0.0.1:8080/} and joins. */
    public static SocketIoClient join(URI server) throws Exception {
        return join(HttpClient.newHttpClient(), server, Map.of());
    }

    /** Connects as {@link #join(URI)}, with further headers. */
    public static SocketIoClient join(HttpClient http, URI server, Map<String, String> headers) throws Exception {
        Listener listener = new Listener();
        WebSocket.Builder builder = http.newWebSocketBuilder();
        headers.forEach(builder::header);
        URI uri = URI.create("ws"
                + server.resolve("/socket.io/?EIO=4&transport=websocket")
                        .toString()
                        .substring(4));
        WebSocket socket = builder.buildAsync(uri, listener).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        listener.joined.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return new SocketIoClient(socket, listener);
    }

    /** Connects as {@link #join(URI)}, as somebody who has signed in to the board by a name. */
    public static SocketIoClient signIn(HttpClient http, URI board, String name) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(board.resolve("/api/session"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.std.asString(Map.of("name", name))))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        String cookie = answer.headers()
                .firstValue("Set-Cookie")
                .orElseThrow(() -> new IOException(name + " cannot sign in: " + answer.body()))
                .split(";")[0];
        return join(http, board, Map.of("Cookie", cookie));
    }

    /** Returns the events so far, each with its name and its arguments; without the offset, which is a text at the end. */
    public List<List<Object>> events() {
        return List.copyOf(listener.events);
    }

    /** Returns the first argument of the events of a name so far, in their order. */
    public List<Object> events(String name) {
        return events().stream()
                .filter(event -> event.get(0).equals(name))
                .map(event -> event.get(1))
                .toList();
    }

    /** Sends an event with one argument, and returns what it is answered with. */
    public Map<String, Object> ask(String event, Object argument) throws Exception {
        return askJson(event, JSON.std.asString(argument));
    }

    /** Sends an event with one argument, which is JSON, and returns what it is answered with. */
    public Map<String, Object> askJson(String event, String argument) throws Exception {
        int id = lastAsked.incrementAndGet();
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        listener.answers.put(id, answer);
        socket.sendText("42" + id + "[\"" + event + "\"," + argument + "]", true)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        @SuppressWarnings("unchecked") // keys of JSON are texts
        Map<String, Object> map = (Map<String, Object>)
                answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).get(0);
        return map;
    }

    /** Waits for the end, and returns its code. */
    public int awaitClosed() throws Exception {
        return listener.closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Hangs up. */
    @Override
    public void close() {
        socket.abort();
    }

    private static final class Listener implements WebSocket.Listener {
        private final List<List<Object>> events = new CopyOnWriteArrayList<>();
        private final Map<Integer, CompletableFuture<List<Object>>> answers = new ConcurrentHashMap<>();
        private final CompletableFuture<@Nullable Void> joined = new CompletableFuture<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                String packet = message.toString();
                message.setLength(0);
                try {
                    received(from, packet);
                } catch (IOException e) {
                    throw new UncheckedIOException(packet, e);
                }
            }
            from.request(1);
            return null;
        }

        private void received(WebSocket from, String packet) throws IOException {
            if (packet.startsWith("0")) {
                from.sendText("40", true);
            } else if (packet.equals("2")) {
                from.sendText("3", true);
            } else if (packet.startsWith("40")) {
                joined.complete(null);
            } else if (packet.startsWith("42")) {
                List<Object> event = new ArrayList<>(JSON.std.listFrom(packet.substring(2)));
                if (event.size() > 2 && event.get(event.size() - 1) instanceof String) {
                    event.remove(event.size() - 1);
                }
                events.add(event);
            } else if (packet.startsWith("43")) {
                int data = packet.indexOf('[');
                answers.remove(Integer.parseInt(packet.substring(2, data)))
                        .complete(JSON.std.listFrom(packet.substring(data)));
            } else {
                joined.completeExceptionally(new IOException("the server says " + packet));
            }
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            joined.completeExceptionally(new IOException("closed with " + code + " " + reason));
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            joined.completeExceptionally(error);
            closed.completeExceptionally(error);
        }
    }
}
