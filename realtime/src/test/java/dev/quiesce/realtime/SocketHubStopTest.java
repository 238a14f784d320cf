package dev.quiesce.realtime;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketHubStopTest {
    private static final String RESTART = "1012 service restart";

    private final RecordingHandler handler = new RecordingHandler();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final SocketHandler blocking = new SocketHandler() {
        @Override
        public void text(Socket socket, String message) throws Exception {
            entered.countDown();
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
            socket.send("handled");
        }
    };
    private TestServer server;

    private TestServer serve(SocketHubConfig config, SocketHandler served) throws Exception {
        server = TestServer.started(config, served);
        return server;
    }

    private TestServer serve() throws Exception {
        return serve(SocketHubConfig.defaults(), handler);
    }

    @AfterEach
    void stopServer() throws Exception {
        release.countDown();
        server.close();
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    @Test
    void stop_closes200SocketsWith1012_andEveryPeerAcknowledges() throws Exception {
        serve();
        List<CompletableFuture<Client>> connecting = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            connecting.add(Client.connecting(server.uri()));
        }
        List<Client> clients = new ArrayList<>();
        for (CompletableFuture<Client> client : connecting) {
            clients.add(client.get(10, TimeUnit.SECONDS));
        }
        await().until(() -> server.hub.size() == 200);

        server.hub.stop(in(10_000));

        assertThat(server.hub.closing()).isEqualTo(new Closing(200, 0, 0));
        assertThat(server.hub.size()).isZero();
        for (Client client : clients) {
            assertThat(client.closeFrame()).isEqualTo(RESTART);
        }
        assertThat(handler.events)
                .hasSize(400)
                .filteredOn(event -> event.equals("closed " + RESTART))
                .hasSize(200);
    }

    @Test
    void stop_sendsWhatIsQueued_then1012_thenAFin() throws Exception {
        serve();
        try (RawClient client = RawClient.withSmallBuffer(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            for (int i = 0; i < 10; i++) {
                assertThat(handler.sockets.get(0).send("x".repeat(50_000))).isTrue();
            }

            CompletableFuture<Void> stopped = async(() -> server.hub.stop(in(10_000)));
            for (int i = 0; i < 10; i++) {
                assertThat(client.read().payload()).hasSize(50_000);
            }
            RawClient.Frame close = client.read();
            assertThat(close.closeCode() + " " + close.closeReason()).isEqualTo(RESTART);
            assertThat(client.endsCleanly()).isTrue();
            assertThat(stopped).isNotDone();
            client.sendClose(1012);
            stopped.get(10, TimeUnit.SECONDS);
        }
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0, 0));
    }

    @Test
    void onlyThePeersCloseFrameCountsAsAcknowledged() throws Exception {
        serve();
        CompletableFuture<Void> stopped;
        try (RawClient hangsUp = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            stopped = async(() -> server.hub.stop(in(10_000)));
            assertThat(hangsUp.read().closeCode()).isEqualTo(1012);
        }
        stopped.get(10, TimeUnit.SECONDS);
        assertThat(server.hub.closing()).isEqualTo(new Closing(0, 1, 0));
    }

    /** Connects once the second is known, as the handler may otherwise meet them the other way round. */
    private RawClient third(RawClient second) throws Exception {
        assertThat(second.response).startsWith("HTTP/1.1 101");
        await().until(() -> handler.sockets.size() == 2);
        RawClient third = RawClient.withSmallBuffer(server.port());
        await().until(() -> handler.sockets.size() == 3);
        return third;
    }

    @Test
    void silentAndBackpressuredPeers_areForcedAtTheDeadline_andDelayNobody() throws Exception {
        serve();
        Client good = Client.connected(server.uri());
        await().until(() -> handler.sockets.size() == 1);
        try (RawClient silent = RawClient.connected(server.port());
                RawClient stuffed = third(silent)) {
            handler.sockets.forEach(socket -> socket.join("all"));
            int queued = 0;
            while (queued < 16) {
                queued += handler.sockets.get(2).send("x".repeat(60_000)) ? 1 : 16;
            }
            assertThat(stuffed.response).startsWith("HTTP/1.1 101");

            CompletableFuture<Void> stopped = async(() -> server.hub.stop(in(1000)));
            assertThat(good.closeFrame()).isEqualTo(RESTART);
            assertThat(silent.read().closeCode()).isEqualTo(1012);
            await().until(() -> server.hub.closing().acknowledged() == 1);
            assertThat(stopped).isNotDone();

            stopped.get(10, TimeUnit.SECONDS);
            assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0, 2));
            assertThat(silent.endsCleanly()).isTrue();
        }
        assertThat(server.hub.size()).isZero();
    }

    @Test
    void stopKeepsItsDeadline_whenAPeerIsSilent() throws Exception {
        serve();
        try (RawClient silent = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            long start = System.nanoTime();
            server.hub.stop(in(2000));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

            assertThat(millis).isBetween(1700L, 2000L);
            assertThat(silent.read().closeCode()).isEqualTo(1012);
        }
    }

    @Test
    void withNoTimeLeft_socketsAreStillTold1012_andCut() throws Exception {
        serve();
        try (RawClient client = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);

            Throwable thrown = catchThrowable(() -> server.hub.stop(in(0)));

            assertThat(thrown)
                    .as("without time, the call that tells a handler of its socket may be under way")
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            late -> assertThat(late)
                                    .isInstanceOf(TimeoutException.class)
                                    .hasMessage("1 socket handler calls were still running at the deadline"));
            assertThat(client.read().closeCode()).isEqualTo(1012);
            assertThat(client.endsCleanly()).isTrue();
        }
        await().until(() -> server.hub.closing().equals(new Closing(0, 0, 1)));
    }

    @Test
    void handlersThatHang_doNotKeepStopFromCuttingEverything_andAreReported() throws Exception {
        serve(SocketHubConfig.defaults(), blocking);
        Client hanging = Client.connected(server.uri());
        Client good = Client.connected(server.uri());
        hanging.send("hang");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> server.hub.stop(in(500)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("handler calls were still running");

        assertThat(good.closeFrame()).isEqualTo(RESTART);
        assertThat(hanging.closeFrame()).isEqualTo(RESTART);
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 1, 0));
        assertThat(server.hub.size()).isZero();
    }

    @Test
    void anInterruptedStop_cutsEverything() throws Exception {
        serve();
        try (RawClient silent = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);

            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> server.hub.stop(in(10_000))).isInstanceOf(InterruptedException.class);

            assertThat(silent.read().closeCode()).isEqualTo(1012);
            assertThat(silent.endsCleanly()).isTrue();
        }
        await().until(() -> server.hub.size() == 0);
    }

    @Test
    void stopTwice_isStopOnce() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        server.hub.stop(in(10_000));
        server.hub.stop(in(10_000));

        assertThat(client.closeFrame()).isEqualTo(RESTART);
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0, 0));
    }

    @Test
    void stopWithAShorterDeadline_hurriesOneThatIsRunning() throws Exception {
        serve();
        try (RawClient silent = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            CompletableFuture<Void> patient = async(() -> server.hub.stop(in(20_000)));
            assertThat(silent.read().closeCode()).isEqualTo(1012);

            server.hub.stop(in(50));

            patient.get(5, TimeUnit.SECONDS);
        }
        assertThat(server.hub.closing()).isEqualTo(new Closing(0, 0, 1));
    }

    @Test
    void stopBeforeStart_isSafe_andTheHubDoesNotStartAfterwards() throws Exception {
        server = new TestServer(SocketHubConfig.defaults(), handler);

        server.hub.stop(in(1000));

        assertThatThrownBy(server.hub::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stopped");
        assertThat(RawClient.request(server.port(), "")).startsWith("HTTP/1.1 503");
    }

    @Test
    void stopWithoutAServer_isSafe() throws Exception {
        SocketHub hub = new SocketHub(SocketHubConfig.defaults());
        hub.start();
        hub.quiesce();
        hub.drain(in(1000));
        hub.stop(in(1000));

        assertThat(hub.closing()).isEqualTo(new Closing(0, 0, 0));
        serve();
    }

    @Test
    void aServerThatStopsFirst_stillHasHandlersToldOfTheEnd() throws Exception {
        Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        server.close();
        await().until(() -> handler.events.size() == 2);
        server.hub.stop(in(1000));

        assertThat(handler.events.get(1)).startsWith("closed 1006");
        assertThat(server.hub.closing()).isEqualTo(new Closing(0, 0, 0));
    }

    @Test
    void afterStop_noThreadOfTheHubIsLeft() throws Exception {
        Client.connected(serve().uri());
        await().until(() -> timerThreads() == 1);

        server.hub.stop(in(10_000));

        // Its executor has terminated; the thread itself is a moment behind.
        await().until(() -> timerThreads() == 0);
    }

    private static long timerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("socket-timer"))
                .count();
    }
}
