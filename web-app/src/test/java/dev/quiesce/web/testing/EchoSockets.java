package dev.quiesce.web.testing;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sockets to the drill's echo, by Socket.IO over WebSockets, that come back whenever they have been closed, as a page's client does.
 * Thread-safe.
 */
public final class EchoSockets implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 60_000;
    private static final long PERIOD_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 100;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    private final URI uri;
    private final int count;
    private final Set<Integer> open = new HashSet<>();
    private final List<Integer> codes = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private int echoes;
    private boolean closing;

    private EchoSockets(URI uri, int count) {
        this.uri = uri;
        this.count = count;
    }

    /** Opens so many, and waits until each has had an echo. */
    public static EchoSockets open(InetSocketAddress address, int count) throws InterruptedException, TimeoutException {
        EchoSockets sockets = new EchoSockets(
                URI.create("ws://127.0.0.1:" + address.getPort() + "/socket.io/?EIO=4&transport=websocket"), count);
        for (int i = 0; i < count; i++) {
            sockets.connect(i);
        }
        sockets.awaitAllOpen();
        return sockets;
    }

    /** Waits until each is open and has had an echo since it was opened last. */
    public synchronized void awaitAllOpen() throws InterruptedException, TimeoutException {
        await(() -> open.size() == count, count + " sockets open");
    }

    /** Waits until so many closes have come, each once. */
    public synchronized void awaitCloses(int least) throws InterruptedException, TimeoutException {
        await(() -> codes.size() >= least, least + " sockets closed");
    }

    /** Returns the status codes of all closes so far; 1006 stands for a connection that ended without a close frame. */
    public synchronized List<Integer> codes() {
        return List.copyOf(codes);
    }

    /** Returns what else has gone wrong, such as a connection that was not opened. */
    public synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** Returns how many texts have come back. */
    public synchronized int echoes() {
        return echoes;
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        clock.shutdownNow();
    }

    private void connect(int number) {
        client.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(20))
                .buildAsync(uri, new Listener(number))
                .whenComplete((socket, failure) -> {
                    if (failure != null) {
                        fail("it could not be opened: " + failure);
                        again(number);
                    }
                });
    }

    private synchronized void again(int number) {
        if (!closing) {
            clock.schedule(() -> connect(number), number * 37L % LONGEST_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void fail(String what) {
        if (!closing) {
            failures.add(what);
        }
        notifyAll();
    }

    private synchronized void await(BooleanSupplier condition, String what)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("not " + what + "; closes: " + codes + ", failures: " + failures);
            }
            wait(left);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final int number;
        private final StringBuilder message = new StringBuilder();
        private CompletableFuture<@Nullable Void> sent = CompletableFuture.completedFuture(null);

        Listener(int number) {
            this.number = number;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                received(socket, message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void received(WebSocket socket, String packet) {
            if (packet.startsWith("0")) {
                send(socket, "40/drill,");
            } else if (packet.equals("2")) {
                send(socket, "3");
            } else if (packet.startsWith("40/drill,")) {
                say(socket);
            } else if (packet.equals("43/drill," + number + "[\"hello\"]")) {
                echoed(socket);
            } else {
                fail("the server says " + packet);
            }
        }

        private void echoed(WebSocket socket) {
            synchronized (EchoSockets.this) {
                echoes++;
                open.add(number);
                EchoSockets.this.notifyAll();
                if (!closing) {
                    clock.schedule(() -> say(socket), PERIOD_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            synchronized (EchoSockets.this) {
                open.remove(number);
                if (!closing) {
                    codes.add(code);
                }
                EchoSockets.this.notifyAll();
            }
            again(number);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            synchronized (EchoSockets.this) {
                open.remove(number);
            }
            fail(error.toString());
            again(number);
        }

        /** That it has been closed meanwhile is told to {@link #onClose}. */
        private void say(WebSocket socket) {
            send(socket, "42/drill," + number + "[\"echo\",\"hello\"]");
        }

        /** One after the other, as the client of the JDK asks for. */
        private synchronized void send(WebSocket socket, String packet) {
            sent = sent.handle((before, failure) -> null)
                    .thenCompose(nothing -> socket.isOutputClosed()
                            ? CompletableFuture.completedFuture(socket)
                            : socket.sendText(packet, true))
                    .thenApply(done -> null);
        }
    }
}
