package dev.quiesce.realtime.socketio;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that remembers what the stock one does: by what it recovers, and the last text of every event as its offset. */
final class RecoveringClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** The first argument of every event, in the order in which they came, over all connections. */
    final List<String> events = new CopyOnWriteArrayList<>();

    /** The numbers of the events that want an answer. */
    final List<String> questions = new CopyOnWriteArrayList<>();

    private final String prefix;
    private final Map<String, Object> auth;
    private @Nullable String recoveryId;
    private @Nullable String offset;
    private volatile @Nullable WebSocket socket;
    private volatile CompletableFuture<String> closed = new CompletableFuture<>();
    volatile @Nullable String id;
    volatile boolean recovered;

    RecoveringClient() {
        this(Map.of());
    }

    RecoveringClient(Map<String, Object> auth) {
        this("/", auth);
    }

    RecoveringClient(String namespace, Map<String, Object> auth) {
        this.prefix = namespace.equals("/") ? "" : namespace + ',';
        this.auth = new HashMap<>(auth);
    }

    /** Connects, and waits until the client has joined the main namespace. */
    RecoveringClient connect(int port) throws Exception {
        CompletableFuture<String> joined = new CompletableFuture<>();
        closed = new CompletableFuture<>();
        URI uri = URI.create("ws://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=websocket");
        socket = HTTP.newWebSocketBuilder()
                .buildAsync(uri, new Listener(joined, closed))
                .get(10, TimeUnit.SECONDS);
        Map<String, Object> data = new LinkedHashMap<>(auth);
        if (recoveryId != null) {
            data.put("pid", recoveryId);
        }
        if (offset != null) {
            data.put("offset", offset);
        }
        send("40" + prefix + JSON.std.asString(data));
        joined.get(10, TimeUnit.SECONDS);
        return this;
    }

    void emit(String event, Object... arguments) throws Exception {
        List<Object> data = new ArrayList<>(List.of(event));
        data.addAll(List.of(arguments));
        send("42" + prefix + JSON.std.asString(data));
    }

    void send(String packet) throws Exception {
        open().sendText(packet, true).get(10, TimeUnit.SECONDS);
    }

    /** Hangs up without a word. */
    void vanish() {
        open().abort();
    }

    /** Waits for the end and returns the code and the reason. */
    String awaitClosed() throws Exception {
        return closed.get(10, TimeUnit.SECONDS);
    }

    void beSomebodyElse(String key, String value) {
        auth.put(key, value);
    }

    @Nullable
    String recoveryId() {
        return recoveryId;
    }

    @Nullable
    String offset() {
        return offset;
    }

    private WebSocket open() {
        WebSocket current = socket;
        if (current == null) {
            throw new IllegalStateException("not connected");
        }
        return current;
    }

    private void received(String packet, CompletableFuture<String> joined) throws Exception {
        if (packet.equals("2")) {
            open().sendText("3", true);
        } else if (packet.startsWith("40" + prefix)) {
            Map<String, Object> data = JSON.std.mapFrom(packet.substring(2 + prefix.length()));
            recovered = recoveryId != null && recoveryId.equals(data.get("pid"));
            recoveryId = (String) data.get("pid");
            id = (String) data.get("sid");
            joined.complete("");
        } else if (packet.startsWith("44")) {
            joined.completeExceptionally(new IllegalStateException(packet));
        } else if (packet.startsWith("42" + prefix)) {
            event(packet.substring(2 + prefix.length()));
        }
    }

    private void event(String numberAndData) throws Exception {
        int begin = numberAndData.indexOf('[');
        if (begin > 0) {
            questions.add(numberAndData.substring(0, begin));
            return;
        }
        List<Object> data = JSON.std.listFrom(numberAndData);
        events.add(String.valueOf(data.get(1)));
        if (data.get(data.size() - 1) instanceof String last) {
            offset = last;
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final CompletableFuture<String> joined;
        private final CompletableFuture<String> ended;
        private final StringBuilder message = new StringBuilder();

        Listener(CompletableFuture<String> joined, CompletableFuture<String> ended) {
            this.joined = joined;
            this.ended = ended;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                String packet = message.toString();
                message.setLength(0);
                try {
                    received(packet, joined);
                } catch (Exception e) {
                    throw new UncheckedIOException(new java.io.IOException(packet, e));
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            joined.completeExceptionally(new IllegalStateException("closed with " + code + " " + reason));
            ended.complete(code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            joined.completeExceptionally(error);
            ended.complete("lost");
        }
    }
}
