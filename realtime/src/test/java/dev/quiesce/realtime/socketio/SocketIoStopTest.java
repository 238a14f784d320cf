package dev.quiesce.realtime.socketio;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.realtime.Closing;
import dev.quiesce.realtime.RawClient;
import dev.quiesce.realtime.engineio.PollingClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketIoStopTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private @Nullable Instance server;

    private Instance serve(SocketIoConfig config) throws Exception {
        Instance fresh = new Instance(
                config,
                EventLog.none(),
                main -> main.on("say", event -> {
                            if (event.text(0).equals("block")) {
                                entered.countDown();
                                assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                            }
                            events.add(event.text(0));
                            event.ack("heard " + event.get(0));
                        })
                        .onDisconnect((socket, reason) -> events.add("left: " + reason)));
        server = fresh;
        return fresh;
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        if (server != null) {
            server.stop();
        }
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    private static CompletableFuture<Void> stopping(Instance server) {
        return async(() -> server.io.stop(in(15_000)));
    }

    private static CompletableFuture<Void> draining(Instance server) {
        return async(() -> server.io.drain(in(15_000)));
    }

    @Test
    void stop_closesTransportsOnly_sothatClientsComeBack() throws Exception {
        Instance io = serve(SocketIoConfig.defaults());
        List<IoClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(IoClient.joined(io.port()));
        }
        io.io.stop(in(10_000));

        for (IoClient client : clients) {
            // No packet 41 before it: that would keep clients away for good.
            assertThat(client.end()).isEqualTo("1012 service restart");
        }
        assertThat(events).hasSize(10).containsOnly("left: server shutting down");
        assertThat(io.io.closing()).isEqualTo(new Closing(10, 0, 0));
        assertThat(io.main.size()).isZero();
        assertThat(io.io.size()).isZero();
        assertThat(io.io.inFlight().orElseThrow()).isZero();
    }

    @Test
    void clients_areToldOfTheRestart_ifThatIsWanted_beforeTheirConnectionCloses() throws Exception {
        Instance io = serve(SocketIoConfig.defaults().withRestartEvent("restart"));
        io.io.of("/admin");
        PollingClient polling = PollingClient.open(io.port(), "/socket.io/");
        polling.post("40");
        assertThat(polling.poll()).startsWith("200 40{");
        IoClient client = IoClient.joined(io.port()).join("/admin,");
        io.io.quiesce();
        CompletableFuture<Void> drained = draining(io);
        await().until(() -> io.io.size() == 1);

        assertThat(polling.poll()).matches("200 42\\[\"restart\",\\{\"retryAfterMs\":\\d{1,3}}]");
        assertThat(polling.poll()).isEqualTo("200 1");
        drained.get(15, TimeUnit.SECONDS);
        io.io.stop(in(10_000));
        assertThat(List.of(client.next(), client.next()))
                .anyMatch(packet -> packet.matches("2\\[\"restart\",\\{\"retryAfterMs\":\\d{1,3}}]"))
                .anyMatch(packet -> packet.matches("2/admin,\\[\"restart\",\\{\"retryAfterMs\":\\d{1,3}}]"));
        assertThat(client.end()).isEqualTo("1012 service restart");
    }

    @Test
    void drain_waitsForListeners_andTheirAnswersReachTheirClients() throws Exception {
        Instance io = serve(SocketIoConfig.defaults());
        PollingClient polling = PollingClient.open(io.port(), "/socket.io/");
        polling.post("40");
        assertThat(polling.poll()).startsWith("200 40{");
        polling.posting("421[\"say\",\"block\"]");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        io.io.quiesce();
        CompletableFuture<Void> drained = draining(io);
        await().until(() -> io.io.counts().connections().lateMessages() > 0);
        assertThat(drained).isNotDone();
        release.countDown();

        assertThat(polling.poll()).startsWith("200 431[\"heard block\"]");
        drained.get(15, TimeUnit.SECONDS);
        assertThat(events).containsExactly("block", "left: server shutting down");
    }

    @Test
    void eventsThatAClientHasSent_beforeItsCloseFrame_areHandled() throws Exception {
        Instance io = serve(SocketIoConfig.defaults());
        CompletableFuture<Void> stopped;
        try (RawClient client = RawClient.slow(io.port(), "/socket.io/?EIO=4&transport=websocket")) {
            client.sendText("40");
            await().until(() -> io.main.size() == 1);
            stopped = stopping(io);
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1012);
            client.sendText("42[\"say\",\"one\"]");
            client.sendText("421[\"say\",\"two\"]");
            client.sendClose(1012);
            stopped.get(15, TimeUnit.SECONDS);
        }
        assertThat(events).containsExactly("one", "two", "left: server shutting down");
    }

    @Test
    void whatAListenerSends_asTheLastThingBeforeAPollingClientIsEnded_stillReachesIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        CountDownLatch logMayGoOn = new CountDownLatch(1);
        Instance io = serve(SocketIoConfig.defaults());
        io.main.on("ask", event -> {
            asked.countDown();
            mayAnswer.await();
            event.socket().emit("answer");
        });
        PollingClient client = PollingClient.open(io.port(), "/socket.io/");
        client.post("40");
        assertThat(client.poll()).startsWith("200 40");
        CompletableFuture<?> asking = client.posting("42[\"ask\"]");
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        io.main.whenHandedOn(() -> {
            try {
                logMayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        io.io.quiesce();
        CompletableFuture<Void> drained = async(() -> io.io.drain(in(10_000)));
        mayAnswer.countDown();
        asking.get(10, TimeUnit.SECONDS);
        // The turn of the client to be ended has come and gone.
        await().during(Duration.ofMillis(200)).until(() -> io.io.inFlight().orElseThrow() == 0);
        logMayGoOn.countDown();

        assertThat(client.poll()).startsWith("200 42[\"answer\"");
        drained.get(10, TimeUnit.SECONDS);
    }

    @Test
    void whatIsAskedForAtTheEnd_isAnswered_withAFailure() throws Exception {
        Instance io = serve(SocketIoConfig.defaults());
        IoClient.joined(io.port());
        IoSocket socket = io.main.sockets().get(0);
        CompletableFuture<Arguments> before =
                socket.emitWithAck(Duration.ofMinutes(1), "q").toCompletableFuture();
        io.io.stop(in(10_000));
        CompletableFuture<Arguments> after =
                socket.emitWithAck(Duration.ofMinutes(1), "q").toCompletableFuture();

        for (CompletableFuture<Arguments> answer : List.of(before, after)) {
            assertThat(answer.handle((got, failure) -> failure).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(AckException.class)
                    .hasMessageStartingWith("the client has gone");
        }
    }
}
