package dev.quiesce.realtime;

import static dev.quiesce.realtime.Async.async;
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
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketHubRaceTest {
    private static final String RESTART = "1012 service restart";

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
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
    }

    @Test
    void aCloseFrameThatCrossesOurs_isAcknowledged_thoughJettyTellsTheEndBeforeTheFrame() throws Exception {
        RecordingHandler recorder = new RecordingHandler();
        Timer timer = new Timer();
        TestServer fresh = TestServer.started(SocketHubConfig.defaults(), recorder);
        try {
            Client.connected(fresh.uri());
            await().until(() -> recorder.sockets.size() == 1);
            for (CloseStatus end : List.of(CloseStatus.NORMAL_STATUS, new CloseStatus(CloseStatus.NO_CLOSE, "lost"))) {
                Registry registry = new Registry(false);
                registry.start();
                Connection.Shared shared =
                        new Connection.Shared(SocketHubConfig.defaults(), registry, new Rooms(), timer, new Counters());
                Connection connection = new Connection(
                        shared,
                        Runnable::run,
                        new SocketHandler() {},
                        recorder.sockets.get(0).handshake());
                connection.onOpen(new CoreSession.Empty(), Callback.NOOP);
                registry.beginStop().forEach(Connection::closeForStop);
                connection.onClosed(end, Callback.NOOP);

                assertThat(registry.closing())
                        .isEqualTo(end.isAbnormal() ? new Closing(0, 1, 0) : new Closing(1, 0, 0));
            }
        } finally {
            timer.stop();
            fresh.close();
        }
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
                assertThat(fresh.hub.closing()).isEqualTo(new Closing(opened, 0, 0));
                assertThat(fresh.hub.size()).isZero();
            } finally {
                fresh.close();
            }
        }
        assertThat(accepted).isPositive();
        assertThat(refused).isPositive();
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
    }

    @Test
    void anUpgradeThatOpensDuringDrain_isWaitedFor_withItsCallOfOpened() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        SocketHandler handler = new SocketHandler() {
            @Override
            public void opened(Socket socket) throws Exception {
                entered.countDown();
                assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
            }
        };
        Turnstile turnstile = new Turnstile();
        TestServer server = new TestServer(SocketHubConfig.defaults(), handler, turnstile);
        server.hub.start();
        try (RawClient client = RawClient.connected(server.port())) {
            server.hub.quiesce();
            CompletableFuture<Void> drained = async(() -> server.hub.drain(in(10_000)));
            await().during(Duration.ofMillis(50)).until(() -> !drained.isDone());
            turnstile.open.countDown();
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            await().during(Duration.ofMillis(50)).until(() -> !drained.isDone());
            release.countDown();

            drained.get(10, TimeUnit.SECONDS);
            assertThat(server.hub.counts().opened()).isEqualTo(1);
            server.hub.stop(in(500));
            assertThat(client.read().closeCode()).isEqualTo(1012);
        } finally {
            release.countDown();
            turnstile.open.countDown();
            server.close();
        }
    }

    @Test
    void drainThatRunsOut_saysHowManyUpgradesWereLeft() throws Exception {
        Turnstile turnstile = new Turnstile();
        TestServer server = new TestServer(SocketHubConfig.defaults(), new RecordingHandler(), turnstile);
        server.hub.start();
        try (RawClient client = RawClient.connected(server.port())) {
            assertThat(client.response).startsWith("HTTP/1.1 101");

            assertThatThrownBy(() -> server.hub.drain(in(50)))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessage("0 socket handler calls and 1 upgrades were under way at the deadline");
        } finally {
            turnstile.open.countDown();
            server.close();
        }
    }

    @Test
    void anUpgradeThatOpensDuringStop_isWaitedFor_andToldOf1012() throws Exception {
        RecordingHandler handler = new RecordingHandler();
        Turnstile turnstile = new Turnstile();
        TestServer server = new TestServer(SocketHubConfig.defaults(), handler, turnstile);
        server.hub.start();
        try {
            Client client = Client.connected(server.uri());
            CompletableFuture<Void> stopped = async(() -> server.hub.stop(in(10_000)));
            await().during(Duration.ofMillis(50)).until(() -> !stopped.isDone());
            turnstile.open.countDown();

            assertThat(client.closeFrame()).isEqualTo(RESTART);
            stopped.get(10, TimeUnit.SECONDS);
            assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0, 0));
            assertThat(handler.events).isEmpty();
        } finally {
            server.close();
        }
    }

    @Test
    void anUpgradeThatOpensAfterStop_isCut() throws Exception {
        RecordingHandler handler = new RecordingHandler();
        Turnstile turnstile = new Turnstile();
        TestServer server = new TestServer(SocketHubConfig.defaults(), handler, turnstile);
        server.hub.start();
        try (RawClient client = RawClient.connected(server.port())) {
            server.hub.stop(in(50));
            turnstile.open.countDown();

            assertThat(client.endsCleanly()).isTrue();
            assertThat(server.hub.size()).isZero();
            assertThat(handler.events).isEmpty();
        } finally {
            server.close();
        }
    }

    /** Holds upgrades between their response and the opening of the connection. */
    private static final class Turnstile extends Handler.Wrapper {
        final CountDownLatch open = new CountDownLatch(1);

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            request.addHttpStreamWrapper(stream -> new HttpStream.Wrapper(stream) {
                @Override
                public void succeeded() {
                    try {
                        assertThat(open.await(10, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    super.succeeded();
                }
            });
            return super.handle(request, response, callback);
        }
    }
}
