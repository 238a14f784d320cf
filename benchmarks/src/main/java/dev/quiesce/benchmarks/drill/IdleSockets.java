package dev.quiesce.benchmarks.drill;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Socket.IO clients that join the main namespace and then only answer pings. */
final class IdleSockets {
    private static final int AT_ONCE = 50;

    private final List<Client> clients = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();

    private IdleSockets() {}

    /** Opens sockets, some at a time, and waits until all have joined. */
    static IdleSockets open(InetSocketAddress address, int count) throws Exception {
        IdleSockets sockets = new IdleSockets();
        URI uri = URI.create(
                "ws://" + address.getHostString() + ":" + address.getPort() + "/socket.io/?EIO=4&transport=websocket");
        while (sockets.clients.size() < count) {
            List<Client> opening = new ArrayList<>();
            for (int i = 0; i < Math.min(AT_ONCE, count - sockets.clients.size()); i++) {
                Client client = new Client();
                sockets.http.newWebSocketBuilder().buildAsync(uri, client).whenComplete((open, refused) -> {
                    if (refused != null) {
                        client.joined.completeExceptionally(refused);
                    }
                });
                opening.add(client);
            }
            for (Client client : opening) {
                client.joined.get(10, TimeUnit.SECONDS);
            }
            sockets.clients.addAll(opening);
        }
        return sockets;
    }

    /** Closes all sockets and waits until the server has answered. */
    void leave() throws Exception {
        for (Client client : clients) {
            client.joined.get().sendClose(WebSocket.NORMAL_CLOSURE, "");
        }
        for (Client client : clients) {
            client.closed.get(10, TimeUnit.SECONDS);
        }
    }

    /** Returns how many have ended, or end within some seconds, by a close frame with a code. */
    int closedBy(int code) throws InterruptedException {
        int count = 0;
        for (Client client : clients) {
            try {
                count += client.closed.get(5, TimeUnit.SECONDS) == code ? 1 : 0;
            } catch (ExecutionException | TimeoutException lost) {
                System.err.println("A socket was not closed: " + lost);
            }
        }
        return count;
    }

    private static final class Client implements WebSocket.Listener {
        private final CompletableFuture<WebSocket> joined = new CompletableFuture<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence packet, boolean last) {
            char type = packet.charAt(0);
            if (type == '0') {
                socket.sendText("40", true);
            } else if (type == '2') {
                socket.sendText("3", true);
            } else if (packet.length() > 1 && packet.charAt(1) == '0') {
                joined.complete(socket);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            joined.completeExceptionally(new IllegalStateException("closed with " + code + " " + reason));
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            joined.completeExceptionally(error);
            closed.completeExceptionally(error);
        }
    }
}
