package dev.quiesce.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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

    private static CompletableFuture<Void> async(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private interface Action {
        void run() throws Exception;
    }

    @Test
    void beforeStart_upgradesAreAnswered503() throws Exception {
        server = new TestServer(SocketHubConfig.defaults(), handler);

        assertThat(RawClient.request(server.port(), "")).startsWith("HTTP/1.1 503");

        server.hub.start();
        assertThat(RawClient.request(server.port(), "")).startsWith("HTTP/1.1 101");
    }

    @Test
    void afterQuiesce_upgradesAreAnswered503_andOpenSocketsAreStillServed() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        server.hub.quiesce();

        assertThat(RawClient.request(server.port(), ""))
                .startsWith("HTTP/1.1 503")
                .contains("Retry-After: 5\r\n")
                .contains("Connection: close\r\n");
        client.send("still here");
        await().until(() -> client.texts.contains("still here"));
        assertThat(server.hub.counts().refusedNotAccepting()).isEqualTo(1);
        assertThat(server.hub.counts().opened()).isEqualTo(1);
    }

    @Test
    void drain_waitsForTheMessageBeingHandled() throws Exception {
        Client client =
                Client.connected(serve(SocketHubConfig.defaults(), blocking).uri());
        client.send("slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        server.hub.quiesce();
        CompletableFuture<Void> drained = async(() -> server.hub.drain(in(10_000)));
        await().during(Duration.ofMillis(100)).until(() -> !drained.isDone());
        release.countDown();

        drained.get(10, TimeUnit.SECONDS);
        await().until(() -> client.texts.contains("handled"));
    }

    @Test
    void drainThatRunsOut_saysHowManyCallsWereLeft() throws Exception {
        Client client =
                Client.connected(serve(SocketHubConfig.defaults(), blocking).uri());
        client.send("slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> server.hub.drain(in(50)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("1 socket handler calls were under way at the deadline");
    }

    @Test
    void drainThatIsInterrupted_saysHowManyCallsWereLeft() throws Exception {
        Client client =
                Client.connected(serve(SocketHubConfig.defaults(), blocking).uri());
        client.send("slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> server.hub.drain(in(10_000)))
                .isInstanceOf(InterruptedException.class)
                .hasMessageStartingWith("1 socket handler calls");
    }

    @Test
    void onceDrainingHasBegun_noMessageIsHandled_butSocketsCanBeSentTo() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        server.hub.drain(in(1000));
        client.send("too late");
        await().until(() -> server.hub.counts().discardedMessages() == 1);
        assertThat(handler.sockets.get(0).send("from a request in flight")).isTrue();
        server.hub.stop(in(10_000));

        assertThat(client.closeFrame()).isEqualTo(RESTART);
        assertThat(client.texts).containsExactly("from a request in flight");
        assertThat(handler.events).containsExactly("opened", "closed " + RESTART);
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

        assertThat(server.hub.closing()).isEqualTo(new Closing(200, 0));
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
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0));
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
        assertThat(server.hub.closing()).isEqualTo(new Closing(0, 1));
    }

    @Test
    void silentAndBackpressuredPeers_areForcedAtTheDeadline_andDelayNobody() throws Exception {
        serve();
        Client good = Client.connected(server.uri());
        await().until(() -> handler.sockets.size() == 1);
        try (RawClient silent = RawClient.connected(server.port());
                RawClient stuffed = RawClient.withSmallBuffer(server.port())) {
            await().until(() -> handler.sockets.size() == 3);
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
            assertThat(server.hub.closing()).isEqualTo(new Closing(1, 2));
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

            server.hub.stop(in(0));

            assertThat(client.read().closeCode()).isEqualTo(1012);
            assertThat(client.endsCleanly()).isTrue();
        }
        await().until(() -> server.hub.closing().equals(new Closing(0, 1)));
    }

    @Test
    void aSocketThatClosesItselfAtTheSameMoment_isCountedOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            TestServer fresh = TestServer.started(SocketHubConfig.defaults(), new RecordingHandler());
            try {
                List<Client> clients = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    clients.add(Client.connected(fresh.uri()));
                }
                await().until(() -> fresh.hub.size() == 10);
                CompletableFuture<Void> closing = async(() -> clients.forEach(client -> client.close(1000, "")));
                fresh.hub.stop(in(10_000));
                closing.handle((done, alreadyClosed) -> true).get(10, TimeUnit.SECONDS);

                Closing closed = fresh.hub.closing();
                assertThat(closed.forced()).isZero();
                assertThat(closed.acknowledged()).isLessThanOrEqualTo(10);
                assertThat(fresh.hub.size()).isZero();
            } finally {
                fresh.close();
            }
        }
        serve();
    }

    @Test
    void upgradesThatRaceWithStop_areRefused_orToldOf1012() throws Exception {
        int accepted = 0;
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            TestServer fresh = TestServer.started(SocketHubConfig.defaults(), new RecordingHandler());
            try {
                List<CompletableFuture<Client>> connecting = new ArrayList<>();
                int early = round % 12;
                for (int i = 0; i < early; i++) {
                    connecting.add(Client.connecting(fresh.uri()));
                }
                if (early > 0 && round % 2 == 0) {
                    connecting.get(0).get(10, TimeUnit.SECONDS);
                }
                CompletableFuture<Void> stopped = async(() -> {
                    fresh.hub.quiesce();
                    fresh.hub.drain(in(10_000));
                    fresh.hub.stop(in(10_000));
                });
                for (int i = early; i < 12; i++) {
                    connecting.add(Client.connecting(fresh.uri()));
                }
                stopped.get(10, TimeUnit.SECONDS);

                int opened = 0;
                for (CompletableFuture<Client> attempt : connecting) {
                    Client client =
                            attempt.handle((connected, refusal) -> connected).get(10, TimeUnit.SECONDS);
                    if (client == null) {
                        refused++;
                    } else {
                        opened++;
                        assertThat(client.closeFrame()).isEqualTo(RESTART);
                    }
                }
                accepted += opened;
                assertThat(fresh.hub.counts().opened()).isEqualTo(opened);
                assertThat(fresh.hub.closing()).isEqualTo(new Closing(opened, 0));
                assertThat(fresh.hub.size()).isZero();
            } finally {
                fresh.close();
            }
        }
        assertThat(accepted).isPositive();
        assertThat(refused).isPositive();
        serve();
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
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 1));
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
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0));
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
        assertThat(server.hub.closing()).isEqualTo(new Closing(0, 1));
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

        assertThat(hub.closing()).isEqualTo(new Closing(0, 0));
        serve();
    }

    @Test
    void stopConcurrentWithStart_leavesNothingOpen() throws Exception {
        for (int round = 0; round < 200; round++) {
            SocketHub hub = new SocketHub(SocketHubConfig.defaults());
            CompletableFuture<Void> starting = async(hub::start);
            hub.stop(in(1000));
            starting.handle((done, refused) -> true).get(10, TimeUnit.SECONDS);

            assertThatThrownBy(hub::start).isInstanceOf(IllegalStateException.class);
        }
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
        assertThat(server.hub.closing()).isEqualTo(new Closing(0, 0));
    }

    @Test
    void afterStop_noThreadOfTheHubIsLeft() throws Exception {
        Client.connected(serve().uri());
        await().until(() -> timerThreads() == 1);

        server.hub.stop(in(10_000));

        assertThat(timerThreads()).isZero();
    }

    private static long timerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("socket-timer"))
                .count();
    }
}
