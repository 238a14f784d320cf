package dev.quiesce.realtime.engineio;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client on a WebSocket, step by step; it answers close frames, and nothing else by itself. */
public final class WebSocketClient implements WebSocket.Listener {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private WebSocket socket;

    @SuppressWarnings("NullAway.Init")
    private WebSocketClient() {}

    public static CompletableFuture<WebSocketClient> connecting(int port, String pathAndQuery) {
        WebSocketClient client = new WebSocketClient();
        return HTTP.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + pathAndQuery), client)
                .thenApply(socket -> {
                    client.socket = socket;
                    return client;
                });
    }

    /** Opens a WebSocket and takes the handshake. */
    static WebSocketClient open(int port) throws Exception {
        return open(port, "/engine.io/");
    }

    public static WebSocketClient open(int port, String path) throws Exception {
        WebSocketClient client =
                connecting(port, path + "?EIO=4&transport=websocket").get(10, TimeUnit.SECONDS);
        String handshake = client.next();
        if (!handshake.startsWith("0{")) {
            throw new IllegalStateException(handshake);
        }
        return client;
    }

    /** Opens a WebSocket for a client that polls. */
    static WebSocketClient offer(int port, PollingClient polling) throws Exception {
        return connecting(port, "/engine.io/?EIO=4&transport=websocket&sid=" + polling.id())
                .get(10, TimeUnit.SECONDS);
    }

    public void send(String text) {
        socket.sendText(text, true).join();
    }

    public void send(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    public void close(int code) {
        socket.sendClose(code, "").join();
    }

    public void drop() {
        socket.abort();
    }

    /** Returns the next message: a text, or what is binary in hex. */
    public String next() throws Exception {
        String message = messages.poll(10, TimeUnit.SECONDS);
        if (message == null) {
            throw new IllegalStateException("nothing has come in 10 s");
        }
        return message;
    }

    /** Waits for the close frame and returns its code and reason, and every message before it that was not taken. */
    public String end() throws Exception {
        String frame = closed.get(10, TimeUnit.SECONDS);
        StringBuilder all = new StringBuilder();
        for (String message = messages.poll(); message != null; message = messages.poll()) {
            all.append(message).append(", ");
        }
        return all + frame;
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            messages.add(partial.toString());
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        partial.append(HexFormat.of().formatHex(bytes));
        if (last) {
            messages.add(partial.toString());
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code + " " + reason);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.complete("lost");
    }
}
