package dev.quiesce.realtime.engineio;

import static dev.quiesce.realtime.engineio.PollingClient.SEPARATOR;
import static dev.quiesce.realtime.engineio.PollingClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PollingTest {
    private static final String BAD_REQUEST = "400 {\"code\":3,\"message\":\"Bad request\"}";
    private static final String UNKNOWN = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";
    private static final String TOO_LARGE = "413 {\"code\":3,\"message\":\"Payload too large\"}";

    private final RecordingEngineHandler handler = new RecordingEngineHandler();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final EngineHandler blocking = new EngineHandler() {
        @Override
        public void text(EngineSocket socket, String message) throws Exception {
            handler.events.add("text " + message);
            entered.countDown();
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void closed(EngineSocket socket, CloseReason reason) {
            handler.events.add("closed " + reason);
        }
    };
    private TestEngine server;

    private void serve(EngineHandler served) throws Exception {
        server = TestEngine.started(EngineIoConfig.defaults().withMaxPayload(10_000), served);
    }

    private PollingClient open() throws Exception {
        if (server == null) {
            serve(handler);
        }
        return PollingClient.open(server.port());
    }

    private EngineSocket socket() {
        await().until(() -> handler.sockets.size() == 1);
        return handler.sockets.get(0);
    }

    private void awaitEvents(String... events) {
        await().untilAsserted(() -> assertThat(handler.events).containsExactly(events));
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        server.close();
    }

    @Test
    void severalPackets_areHandledInOrder_andAnsweredInOrder() throws Exception {
        PollingClient client = open();

        assertThat(client.post("4one" + SEPARATOR + "4tw\u00f6" + SEPARATOR + "bAQID" + SEPARATOR + "4"))
                .isEqualTo("200 ok");
        assertThat(client.poll())
                .isEqualTo("200 4one" + SEPARATOR + "4tw\u00f6" + SEPARATOR + "bAQID" + SEPARATOR + "4");
        awaitEvents("opened", "text one", "text tw\u00f6", "binary 010203", "text ");
    }

    @Test
    void aPollWaits_untilThereIsAPacket() throws Exception {
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        assertThat(client.post("6")).isEqualTo("200 ok");
        assertThat(poll).isNotDone();

        socket().send(List.of(Packet.text("a"), Packet.binary(ByteBuffer.wrap(new byte[] {1, 2}))));

        assertThat(text(poll)).isEqualTo("200 4a" + SEPARATOR + "bAQI=");
    }

    @Test
    void packetsOfManySends_leaveInOneAnswer_inOrder() throws Exception {
        PollingClient client = open();
        StringBuilder expected = new StringBuilder("200 ");
        for (int i = 0; i < 500; i++) {
            socket().send(Packet.text("n" + i));
            expected.append(i == 0 ? "" : SEPARATOR).append("4n").append(i);
        }

        assertThat(client.poll()).isEqualTo(expected.toString());
    }

    @Test
    void aBodyInChunks_isRead() throws Exception {
        PollingClient client = open();
        try (RawHttp http = new RawHttp(server.port())) {
            http.request(
                    "POST", "/engine.io/?EIO=4&transport=polling&sid=" + client.id(), "Transfer-Encoding: chunked");
            http.send("3\r\n4ab\r\n").send("2\r\ncd\r\n").send("0\r\n\r\n");
            assertThat(http.answer()).isEqualTo("200 ok");
        }
        awaitEvents("opened", "text abcd");
    }

    @Test
    void aSecondPoll_isRefused_andTheFirstIsToldOfTheEnd() throws Exception {
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> first = client.asking();
        CompletableFuture<HttpResponse<String>> second = client.asking();

        assertThat(List.of(text(first), text(second))).containsExactlyInAnyOrder("200 1", BAD_REQUEST);
        awaitEvents("opened", "closed transport error");
        assertThat(client.poll()).isEqualTo(UNKNOWN);
        assertThat(server.engine.counts().malformed()).isEqualTo(1);
    }

    @Test
    void aSecondPost_whileOneIsStillSent_isRefused_andTheSocketEnds() throws Exception {
        PollingClient client = open();
        try (RawHttp slow = new RawHttp(server.port())) {
            slow.request(
                    "POST",
                    "/engine.io/?EIO=4&transport=polling&sid=" + client.id(),
                    "Content-Length: 10",
                    "Expect: 100-continue");
            assertThat(slow.head()).startsWith("HTTP/1.1 100 Continue");
            slow.send("4begin");

            assertThat(client.post("4second")).isEqualTo(BAD_REQUEST);
        }
        await().until(() -> handler.events.contains("closed transport error"));
        assertThat(client.post("4third")).isEqualTo(UNKNOWN);
    }

    @Test
    void aSecondPost_whileOneIsHandled_isRefused_sinceNothingMoreIsRead() throws Exception {
        serve(blocking);
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> first = client.posting("4first");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(client.post("4second")).isEqualTo(BAD_REQUEST);
        release.countDown();
        assertThat(text(first)).isEqualTo("200 ok");
        awaitEvents("text first", "closed transport error");
    }

    @Test
    void aPost_isAnsweredOnceItHasBeenHandled_howeverLongThatTakes() throws Exception {
        serve(blocking);
        server.connector.setIdleTimeout(100);
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> post = client.posting("4slow");
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        // Another connection is cut for its silence meanwhile.
        try (RawHttp idle = new RawHttp(server.port())) {
            assertThat(idle.isEnded()).isTrue();
        }
        try (RawHttp idle = new RawHttp(server.port())) {
            assertThat(idle.isEnded()).isTrue();
        }
        assertThat(post).isNotDone();
        assertThat(poll).isNotDone();

        release.countDown();
        assertThat(text(post)).isEqualTo("200 ok");
        assertThat(poll).isNotDone();
    }

    @Test
    void aBodyWhoseLengthIsTooLarge_isRefusedWith413_beforeItIsRead() throws Exception {
        PollingClient client = open();
        try (RawHttp http = new RawHttp(server.port())) {
            http.request(
                    "POST", "/engine.io/?EIO=4&transport=polling&sid=" + client.id(), "Content-Length: 2000000000");
            assertThat(http.answer()).isEqualTo(TOO_LARGE);
        }
        awaitEvents("opened", "closed transport error");
        assertThat(client.poll()).isEqualTo(UNKNOWN);
    }

    @Test
    void aBodyThatTurnsOutTooLarge_isRefusedWith413() throws Exception {
        PollingClient client = open();
        try (RawHttp http = new RawHttp(server.port())) {
            http.request(
                    "POST", "/engine.io/?EIO=4&transport=polling&sid=" + client.id(), "Transfer-Encoding: chunked");
            String chunk = "1000\r\n" + "4".repeat(0x1000) + "\r\n";
            http.send(chunk).send(chunk).send(chunk);
            assertThat(http.answer()).isEqualTo(TOO_LARGE);
        }
        awaitEvents("opened", "closed transport error");
    }

    @Test
    void aBodyOfExactlyTheLargestSize_isTaken() throws Exception {
        PollingClient client = open();

        assertThat(client.post("4" + "x".repeat(9_999))).isEqualTo("200 ok");
        assertThat(client.post("4" + "x".repeat(10_000))).isEqualTo(TOO_LARGE);
    }

    @Test
    void aBodyThatIsNoPackets_isRefused_andTheSocketEnds_andThePollWithIt() throws Exception {
        for (String body : List.of("abc", "", "4a" + SEPARATOR, "5", "2probe", "bAQ*")) {
            handler.events.clear();
            PollingClient client = open();
            CompletableFuture<HttpResponse<String>> poll = client.asking();

            assertThat(client.post(body)).isEqualTo(BAD_REQUEST);
            // It may come before that, or afterwards.
            assertThat(text(poll)).isIn("200 1", UNKNOWN);
            awaitEvents("opened", "closed parse error");
        }
    }

    @Test
    void aBodyThatIsNotUtf8_isRefused_andTheSocketEnds() throws Exception {
        PollingClient client = open();

        assertThat(text(client.posting(new byte[] {'4', (byte) 0xc3, '('}))).isEqualTo(BAD_REQUEST);
        awaitEvents("opened", "closed parse error");
    }

    @Test
    void otherMethods_areRefused_andTheSocketGoesOn() throws Exception {
        PollingClient client = open();
        try (RawHttp http = new RawHttp(server.port())) {
            http.request("PUT", "/engine.io/?EIO=4&transport=polling&sid=" + client.id(), "Content-Length: 0");
            assertThat(http.answer()).isEqualTo(BAD_REQUEST);
        }
        assertThat(client.post("4still here")).isEqualTo("200 ok");
    }

    @Test
    void aClientThatCloses_hasItsPollAnswered_andTheHandlerIsTold() throws Exception {
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        assertThat(client.post("6")).isEqualTo("200 ok");

        assertThat(client.post("1")).isEqualTo("200 ok");
        assertThat(text(poll)).isEqualTo("200 6");
        awaitEvents("opened", "closed transport close");
        assertThat(client.post("4late")).isEqualTo(UNKNOWN);
    }

    @Test
    void aClientThatClosesBetweenPolls_hasTheNextOneAnswered_once() throws Exception {
        PollingClient client = open();

        assertThat(client.post("4last" + SEPARATOR + "1")).isEqualTo("200 ok");
        assertThat(client.poll()).isEqualTo("200 6");
        assertThat(client.poll()).isEqualTo(UNKNOWN);
        awaitEvents("opened", "text last", "closed transport close");
    }

    @Test
    void whatFollowsAClose_isNotHandled() throws Exception {
        PollingClient client = open();

        client.post("4before" + SEPARATOR + "1" + SEPARATOR + "4after");
        awaitEvents("opened", "text before", "closed transport close");
    }

    @Test
    void aServerThatCloses_endsThePollThatWaits() throws Exception {
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        assertThat(client.post("6")).isEqualTo("200 ok");

        socket().close();
        assertThat(text(poll)).isEqualTo("200 1");
        awaitEvents("opened", "closed forced close");
        assertThat(client.poll()).isEqualTo(UNKNOWN);
    }

    @Test
    void aServerThatCloses_sendsFirstWhatWaits_inAnAnswerOfItsOwn() throws Exception {
        PollingClient client = open();

        socket().send(Packet.text("a"));
        socket().send(Packet.text("last"));
        socket().close();

        awaitEvents("opened", "closed forced close");
        assertThat(client.poll()).isEqualTo("200 4a" + SEPARATOR + "4last");
        assertThat(client.poll()).isEqualTo("200 1");
        assertThat(client.poll()).isEqualTo(UNKNOWN);
    }

    @Test
    void whatIsSentAfterTheEnd_goesNowhere() throws Exception {
        PollingClient client = open();
        socket().close();
        socket().send(Packet.text("late"));
        socket().close(1011, "again");

        assertThat(client.poll()).isEqualTo("200 1");
        assertThat(socket().isOpen()).isFalse();
        awaitEvents("opened", "closed forced close");
    }

    @Test
    void aHandlerThatThrows_endsItsSocket_andTheRestIsNotHandled() throws Exception {
        serve(new EngineHandler() {
            @Override
            public void text(EngineSocket socket, String message) {
                handler.events.add("text " + message);
                throw new IllegalStateException("wanted by the test");
            }

            @Override
            public void closed(EngineSocket socket, CloseReason reason) {
                handler.events.add("closed " + reason);
            }
        });
        PollingClient client = open();

        client.post("4first" + SEPARATOR + "4second");

        assertThat(client.poll()).isEqualTo("200 1");
        awaitEvents("text first", "closed forced close");
        assertThat(server.engine.counts().handlerFailures()).isEqualTo(1);
    }

    @Test
    void aPollWhoseConnectionIsLost_endsTheSocket_onceThereIsSomethingToSend() throws Exception {
        PollingClient client = open();
        RawHttp http = new RawHttp(server.port());
        http.request("GET", "/engine.io/?EIO=4&transport=polling&sid=" + client.id());
        await().until(() -> {
            return client.post("6").equals("200 ok") && socket().isPolling();
        });
        http.reset();

        await().until(() -> {
            socket().send(Packet.text("lost"));
            return !socket().isOpen();
        });
        await().until(() -> handler.events.contains("closed transport close"));
        assertThat(client.poll()).isEqualTo(UNKNOWN);
    }

    @Test
    void volatilePackets_goOnlyToAPollThatWaits() throws Exception {
        PollingClient client = open();
        socket().sendVolatile(List.of(Packet.text("dropped")));
        socket().send(Packet.text("kept"));
        socket().sendVolatile(List.of(Packet.text("dropped too")));

        assertThat(client.poll()).isEqualTo("200 4kept");
    }

    @Test
    void somethingToRun_runsInTurnWithTheHandler_andATimerCanBeCancelled() throws Exception {
        open();
        Runnable cancel = socket().executeAfter(Duration.ofMillis(500), () -> handler.events.add("cancelled"));
        cancel.run();
        socket().execute(() -> handler.events.add("task"));
        socket().executeAfter(Duration.ofMillis(550), () -> handler.events.add("timer"));

        awaitEvents("opened", "task", "timer");
    }
}
