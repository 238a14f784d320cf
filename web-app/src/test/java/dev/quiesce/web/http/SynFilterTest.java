package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Who connects at the moment at which a port of TCP closes. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class SynFilterTest {
    private static final int ROUNDS = 40;
    private static final int CLIENTS = 4;
    private static final int ANSWERED_BEFORE = 50;

    /** Less than the second after which a client tries again to connect. */
    private static final int CONNECT_MILLIS = 100;

    private static final int ANSWER_MILLIS = 10_000;
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void whoConnectsWhileThePortCloses_isServed_orNotConnected() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        Queue<String> lost = new ConcurrentLinkedQueue<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (Served served = Served.onAFreePort()) {
                served.connector().prepareToClose();
                CountDownLatch busy = new CountDownLatch(ANSWERED_BEFORE);
                List<Future<?>> clients = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(threads.submit(() -> askUntilClosed(served, busy, answered, lost)));
                }
                assertThat(busy.await(ANSWER_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
                served.http().quiesce();
                served.drain(Duration.ofSeconds(5));
                for (Future<?> client : clients) {
                    client.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        }

        assertThat(lost).isEmpty();
        assertThat(answered).hasValueGreaterThan(ROUNDS * ANSWERED_BEFORE);
    }

    private static void askUntilClosed(Served served, CountDownLatch busy, AtomicInteger answered, Queue<String> lost) {
        URI uri = served.uri();
        while (true) {
            try (Socket socket = new Socket()) {
                try {
                    socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECT_MILLIS);
                } catch (IOException notConnected) {
                    if (served.connector().isClosing()) {
                        return;
                    }
                    continue;
                }
                socket.setSoTimeout(ANSWER_MILLIS);
                socket.getOutputStream().write(REQUEST);
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!answer.endsWith("answer to /")) {
                    lost.add("answered '" + answer + "'");
                }
                answered.incrementAndGet();
                busy.countDown();
            } catch (IOException e) {
                lost.add(e.toString());
            }
        }
    }

    /** A connection is half open as long as the last packet of its handshake is on its way, or as here is waited for on purpose. */
    @Test
    void whoIsHalfConnectedWhenThePortCloses_isServed() throws Exception {
        try (Served served = Served.onAFreePort()) {
            served.connector().prepareToClose();
            try (RawClient client = halfConnected(served)) {
                Future<String> answer = threads.submit(() -> {
                    // Whoever looks now and then looks too late.
                    while (!served.connector().isClosing()) {
                        Thread.onSpinWait();
                    }
                    return client.get("/");
                });
                served.http().quiesce();

                assertThat(answer.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS)).endsWith("answer to /");
            }
        }
    }

    @Test
    void whoIsHalfConnected_andSaysNothingMore_doesNotKeepThePortOpen() throws Exception {
        try (Served served = Served.onAFreePort()) {
            served.connector().prepareToClose();
            try (RawClient client = halfConnected(served)) {
                served.http().quiesce();

                await().until(() -> !served.connector().isOpen());
                assertThatThrownBy(() -> client.get("/"))
                        .as("a request that comes later than that")
                        .isInstanceOf(IOException.class);
            }
        }
    }

    private static RawClient halfConnected(Served served) throws IOException {
        ListeningSocket socket = ListeningSocket.of(served.connector().port().channel());
        assertThat(socket).isNotNull();
        DeferredAccept.on(socket);
        RawClient client = served.client();
        assertThat(HalfOpenConnections.areAt(socket)).isTrue();
        return client;
    }
}
