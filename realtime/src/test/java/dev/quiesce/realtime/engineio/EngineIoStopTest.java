package dev.quiesce.realtime.engineio;

import static dev.quiesce.realtime.engineio.PollingClient.SEPARATOR;
import static dev.quiesce.realtime.engineio.PollingClient.text;
import static dev.quiesce.realtime.engineio.TestEngine.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.realtime.Closing;
import dev.quiesce.realtime.RawClient;
import java.net.http.HttpResponse;
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
class EngineIoStopTest {
    private static final String POLLING = "/engine.io/?EIO=4&transport=polling";
    private static final String WEB_SOCKET = "/engine.io/?EIO=4&transport=websocket";
    private static final String RESTART = "1012 service restart";
    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";

    private final RecordingEngineHandler handler = new RecordingEngineHandler();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final EngineHandler blocking = new EngineHandler() {
        @Override
        public void text(EngineSocket socket, String message) throws Exception {
            if (message.equals("block")) {
                entered.countDown();
                assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
            }
            handler.text(socket, message);
        }

        @Override
        public void closed(EngineSocket socket, CloseReason reason) {
            handler.closed(socket, reason);
        }
    };
    private TestEngine server;

    private void serve(EngineHandler served) throws Exception {
        server = TestEngine.started(EngineIoConfig.defaults(), served);
    }

    @AfterEach
    void stopServer() throws Exception {
        release.countDown();
        server.close();
    }

    private CompletableFuture<Void> async(Call call) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                call.make();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private interface Call {
        void make() throws Exception;
    }

    private void assertHandshakesAreRefused() throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            assertThat(http.request("GET", POLLING).head())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1\r\n")
                    .contains("Connection: close\r\n");
        }
        assertThat(RawClient.requestPath(server.port(), WEB_SOCKET))
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: 1\r\n");
    }

    @Test
    void beforeTheStart_andAfterTheQuiesce_handshakesAreAnswered503() throws Exception {
        server = new TestEngine(EngineIoConfig.defaults(), handler);
        assertHandshakesAreRefused();
        server.engine.start();
        PollingClient polling = PollingClient.open(server.port());
        WebSocketClient webSocket = WebSocketClient.open(server.port());
        server.engine.quiesce();

        assertHandshakesAreRefused();
        assertThat(server.engine.counts().refusedNotAccepting()).isEqualTo(4);
        assertThat(polling.post("4a")).isEqualTo("200 ok");
        assertThat(polling.poll()).isEqualTo("200 4a");
        webSocket.send("4b");
        assertThat(webSocket.next()).isEqualTo("4b");
    }

    @Test
    void drain_endsClientsThatPoll_whetherTheyAskOrWillAsk_andServesWebSockets() throws Exception {
        serve(handler);
        PollingClient asks = PollingClient.open(server.port());
        CompletableFuture<HttpResponse<String>> poll = asks.asking();
        assertThat(asks.post("6")).isEqualTo("200 ok");
        PollingClient willAsk = PollingClient.open(server.port());
        assertThat(willAsk.post("4echo")).isEqualTo("200 ok");
        WebSocketClient webSocket = WebSocketClient.open(server.port());
        server.engine.quiesce();
        CompletableFuture<Void> drained = async(() -> server.engine.drain(in(10_000)));

        assertThat(text(poll)).isEqualTo("200 1");
        await().until(() -> server.engine.size() == 1);
        // Clients forget what comes together with the end.
        assertThat(willAsk.poll()).isEqualTo("200 4echo");
        assertThat(willAsk.poll()).isEqualTo("200 1");
        drained.get(10, TimeUnit.SECONDS);
        assertThat(asks.poll()).isEqualTo(UNKNOWN);
        assertThat(handler.events)
                .filteredOn("closed server shutting down"::equals)
                .hasSize(2);

        webSocket.send("4late");
        assertThat(webSocket.next()).isEqualTo("4late");
        assertThat(server.engine.counts().lateMessages()).isPositive();
    }

    @Test
    void drain_doesNotWaitForLong_forClientsThatNeverAskAgain() throws Exception {
        serve(handler);
        PollingClient.open(server.port());
        server.engine.quiesce();
        long began = System.nanoTime();
        server.engine.drain(in(20_000));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThat(server.engine.size()).isZero();
    }

    @Test
    void drain_waitsForWhatIsHandled_andItsAnswersStillReachAClientThatPolls() throws Exception {
        serve(blocking);
        PollingClient client = PollingClient.open(server.port());
        CompletableFuture<HttpResponse<String>> post = client.posting("4block");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        server.engine.quiesce();
        CompletableFuture<Void> drained = async(() -> server.engine.drain(in(15_000)));
        await().until(() -> server.engine.counts().lateMessages() > 0);
        assertThat(drained).isNotDone();
        assertThat(server.engine.inFlight().orElseThrow()).isPositive();

        release.countDown();
        assertThat(text(post)).isEqualTo("200 ok");
        assertThat(client.poll()).startsWith("200 4block");
        drained.get(10, TimeUnit.SECONDS);
        assertThat(handler.events).containsExactly("text block", "closed server shutting down");
    }

    @Test
    void drain_thatRunsOutOfTime_saysHowManyCallsAreLeft() throws Exception {
        serve(blocking);
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("4block");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        server.engine.quiesce();

        assertThatThrownBy(() -> server.engine.drain(in(100)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("calls")
                .hasMessageContaining("at the deadline");
    }

    @Test
    void stop_closesWebSocketsWith1012_andPollsWith1_andTellsTheHandlerFirst() throws Exception {
        serve(handler);
        PollingClient polling = PollingClient.open(server.port());
        CompletableFuture<HttpResponse<String>> poll = polling.asking();
        assertThat(polling.post("6")).isEqualTo("200 ok");
        List<WebSocketClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(WebSocketClient.open(server.port()));
        }
        server.engine.stop(in(10_000));

        assertThat(handler.events)
                .filteredOn("closed server shutting down"::equals)
                .hasSize(21);
        assertThat(handler.events).hasSize(42);
        assertThat(server.engine.closing()).isEqualTo(new Closing(20, 0, 0));
        assertThat(server.engine.size()).isZero();
        assertThat(text(poll)).isEqualTo("200 1");
        for (WebSocketClient client : clients) {
            assertThat(client.end()).isEqualTo(RESTART);
        }
        assertHandshakesAreRefused();
    }

    @Test
    void stop_spreadsItsCloses_overTheTimeThatTheRateAsksFor() throws Exception {
        server = TestEngine.started(EngineIoConfig.defaults().withClosesPerSecond(40), handler);
        List<WebSocketClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(WebSocketClient.open(server.port()));
        }
        long began = System.nanoTime();
        CompletableFuture<Void> stopped = async(() -> server.engine.stop(in(20_000)));
        await().until(() -> clients.stream().anyMatch(WebSocketClient::isClosed));
        WebSocketClient open = clients.stream()
                .filter(client -> !client.isClosed())
                .findFirst()
                .orElseThrow();
        // Whoever has not been told yet is served.
        open.send("4still served");
        stopped.get(20, TimeUnit.SECONDS);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(450));
        assertThat(server.engine.closing()).isEqualTo(new Closing(20, 0, 0));
        assertThat(handler.events).contains("text still served");
        for (WebSocketClient client : clients) {
            assertThat(client.end()).endsWith(RESTART);
        }
    }

    @Test
    void stop_takesNoMoreThanHalfOfItsTime_toTellAll() throws Exception {
        server = TestEngine.started(EngineIoConfig.defaults().withClosesPerSecond(1), handler);
        List<WebSocketClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(WebSocketClient.open(server.port()));
        }
        server.engine.stop(in(1_500));

        assertThat(server.engine.closing()).isEqualTo(new Closing(10, 0, 0));
        for (WebSocketClient client : clients) {
            assertThat(client.end()).isEqualTo(RESTART);
        }
    }

    @Test
    void whatAClientHasSent_beforeItsCloseFrame_isHandled() throws Exception {
        serve(handler);
        CompletableFuture<Void> stopped;
        try (RawClient client = RawClient.slow(server.port(), WEB_SOCKET)) {
            client.readUntil(RawClient.TEXT);
            stopped = async(() -> server.engine.stop(in(15_000)));
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1012);
            client.sendText("4one");
            client.sendText("4two");
            client.sendClose(1012);
            stopped.get(15, TimeUnit.SECONDS);
        }
        assertThat(handler.events).containsExactly("opened", "text one", "text two", "closed server shutting down");
        assertThat(server.engine.closing()).isEqualTo(new Closing(1, 0, 0));
        assertThat(server.engine.counts().lateMessages()).isPositive();
    }

    @Test
    void whatAClientHasPosted_isHandled_beforeItIsTakenForGone() throws Exception {
        serve(blocking);
        PollingClient client = PollingClient.open(server.port());
        CompletableFuture<HttpResponse<String>> post =
                client.posting("4block" + SEPARATOR + "4second" + SEPARATOR + "4third");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = async(() -> server.engine.stop(in(15_000)));
        await().until(() -> server.engine.size() == 0);
        release.countDown();
        stopped.get(15, TimeUnit.SECONDS);

        assertThat(text(post)).isEqualTo("200 ok");
        assertThat(handler.events)
                .containsExactly("text block", "text second", "text third", "closed server shutting down");
    }

    @Test
    void aSilentPeer_isCutShortlyBeforeTheDeadline_andCounted() throws Exception {
        serve(handler);
        try (RawClient silent = RawClient.slow(server.port(), WEB_SOCKET)) {
            silent.readUntil(RawClient.TEXT);
            server.engine.stop(in(500));
            assertThat(silent.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1012);
        }
        assertThat(server.engine.closing()).isEqualTo(new Closing(0, 0, 1));
        assertThat(handler.events).containsExactly("opened", "closed server shutting down");
    }

    @Test
    void stop_thatRunsOutOfTime_cutsAll_andSaysWhatIsLeft() throws Exception {
        serve(blocking);
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("4block");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> server.engine.stop(in(300)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("calls");
        release.countDown();
        server.engine.stop(in(10_000));
        assertThat(server.engine.inFlight().orElseThrow()).isZero();
        assertThat(handler.events).last().isEqualTo("closed server shutting down");
    }

    @Test
    void aServer_startsOnce() throws Exception {
        serve(handler);
        PollingClient.open(server.port());
        assertThatThrownBy(() -> server.engine.start()).isInstanceOf(IllegalStateException.class);
        await().until(() -> handler.sockets.size() == 1);
        handler.sockets.get(0).executeAfter(Duration.ofMillis(1), () -> handler.events.add("the timer goes on"));
        await().untilAsserted(() -> assertThat(handler.events).containsExactly("opened", "the timer goes on"));
        server.engine.stop(in(5000));
        assertThatThrownBy(() -> server.engine.start()).isInstanceOf(IllegalStateException.class);
        assertHandshakesAreRefused();
    }
}
