package dev.quiesce.realtime.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.realtime.RawClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EngineWebSocketTest {
    private static final String PATH = "/engine.io/?EIO=4&transport=websocket";
    private static final EngineIoConfig BRISK =
            EngineIoConfig.defaults().withHeartbeat(Duration.ofMillis(100), Duration.ofMillis(800));

    private final RecordingEngineHandler handler = new RecordingEngineHandler();
    private final CountDownLatch release = new CountDownLatch(1);
    private TestEngine server;

    private void serve(EngineIoConfig config, EngineHandler served) throws Exception {
        server = TestEngine.started(config, served);
    }

    private EngineSocket socket() {
        await().until(() -> !handler.sockets.isEmpty());
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
    void messages_goBothWays_eachInAFrameOfItsOwn() throws Exception {
        serve(EngineIoConfig.defaults(), handler);
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("4h\u00e9");
        client.send(new byte[] {1, 2, 3});
        client.send("4");
        client.send("6");

        assertThat(List.of(client.next(), client.next(), client.next())).containsExactly("4h\u00e9", "010203", "4");
        awaitEvents("opened", "text h\u00e9", "binary 010203", "text ");
    }

    @Test
    void whatIsNoPacket_endsTheSocket_with1002() throws Exception {
        serve(EngineIoConfig.defaults(), handler);
        for (String message : List.of("abc", "", "2", "5", "0{}", "bAQID")) {
            handler.events.clear();
            WebSocketClient client = WebSocketClient.open(server.port());
            client.send(message);
            assertThat(client.end()).isEqualTo("1002 parse error");
            awaitEvents("opened", "closed parse error");
        }
        assertThat(server.engine.counts().malformed()).isEqualTo(6);
    }

    @Test
    void aMessageThatIsTooLarge_endsTheSocket_with1009() throws Exception {
        serve(EngineIoConfig.defaults().withMaxPayload(1000), handler);
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("4" + "x".repeat(999));
        assertThat(client.next()).hasSize(1000);
        client.send("4" + "x".repeat(1000));

        assertThat(client.end()).startsWith("1009");
        await().until(() -> handler.events.contains("closed transport error"));
    }

    @Test
    void aTextThatIsNotUtf8_endsTheSocket_with1007() throws Exception {
        serve(EngineIoConfig.defaults(), handler);
        try (RawClient client = RawClient.slow(server.port(), PATH)) {
            client.readUntil(RawClient.TEXT);
            client.send(RawClient.TEXT, true, new byte[] {'4', (byte) 0xc3, '('});

            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1007);
        }
        awaitEvents("opened", "closed transport error");
    }

    @Test
    void aClientThatCloses_byAPacket_byAFrame_orByHangingUp_isTakenForGone() throws Exception {
        serve(EngineIoConfig.defaults(), handler);
        WebSocketClient byPacket = WebSocketClient.open(server.port());
        byPacket.send("1");
        assertThat(byPacket.end()).startsWith("1000");
        awaitEvents("opened", "closed transport close");

        handler.events.clear();
        WebSocketClient.open(server.port()).close(1001);
        awaitEvents("opened", "closed transport close");

        handler.events.clear();
        WebSocketClient.open(server.port()).drop();
        awaitEvents("opened", "closed transport close");
    }

    @Test
    void aClientThatClosesWithTheCodesOfAServer_isTakenForGoneAllTheSame() throws Exception {
        serve(EngineIoConfig.defaults(), handler);
        for (int code : new int[] {1012, 1008, 1009, 4000}) {
            handler.events.clear();
            // The client of the JDK does not send 1012.
            try (RawClient client = RawClient.slow(server.port(), PATH)) {
                client.readUntil(RawClient.TEXT);
                client.sendClose(code);
                awaitEvents("opened", "closed transport close");
            }
        }
    }

    @Test
    void aServerThatCloses_sendsFirstWhatWaits_andTellsCodeAndReason() throws Exception {
        serve(EngineIoConfig.defaults(), handler);
        WebSocketClient client = WebSocketClient.open(server.port());
        socket().send(Packet.text("last"));
        socket().close(4001, "enough");
        socket().send(Packet.text("never"));

        assertThat(client.end()).isEqualTo("4last, 4001 enough");
        awaitEvents("opened", "closed forced close");
        assertThat(socket().isOpen()).isFalse();
    }

    @Test
    void aHandlerThatThrows_endsItsSocket_with1011_andOthersGoOn() throws Exception {
        serve(EngineIoConfig.defaults(), new EngineHandler() {
            @Override
            public void text(EngineSocket socket, String message) {
                handler.events.add("text " + message);
                if (message.equals("throw")) {
                    throw new IllegalStateException("wanted by the test");
                }
                socket.send(Packet.text(message));
            }
        });
        WebSocketClient other = WebSocketClient.open(server.port());
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("4throw");
        assertThat(client.end()).isEqualTo("1011 internal error");
        other.send("4fine");
        assertThat(other.next()).isEqualTo("4fine");
        assertThat(server.engine.counts().handlerFailures()).isEqualTo(1);
    }

    @Test
    void aClientThatAnswersPings_stays_andOneThatDoesNot_isLost() throws Exception {
        serve(BRISK, handler);
        WebSocketClient lost = WebSocketClient.open(server.port());
        WebSocketClient alive = WebSocketClient.open(server.port());
        for (int i = 0; i < 6; i++) {
            assertThat(alive.next()).isEqualTo("2");
            alive.send("3");
        }
        assertThat(lost.end()).isEqualTo("2, 1000 ping timeout");
        await().until(() -> handler.events.contains("closed ping timeout"));
        assertThat(server.engine.counts().pingTimeouts()).isEqualTo(1);
        alive.send("4alive");
        await().until(() -> handler.events.contains("text alive"));
    }

    @Test
    void aClientThatPolls_isPingedToo_andLostIfItDoesNotAnswer() throws Exception {
        serve(BRISK, handler);
        PollingClient alive = PollingClient.open(server.port());
        for (int i = 0; i < 3; i++) {
            assertThat(alive.poll()).isEqualTo("200 2");
            assertThat(alive.post("3")).isEqualTo("200 ok");
        }
        assertThat(alive.poll()).isEqualTo("200 2");
        await().until(() -> handler.events.contains("closed ping timeout"));
        assertThat(alive.poll()).isEqualTo("400 {\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(server.engine.counts().pingTimeouts()).isEqualTo(1);
    }

    @Test
    void pongsThatNobodyAskedFor_meanNothing() throws Exception {
        serve(BRISK, handler);
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("3");
        client.send("3");

        assertThat(client.end()).isEqualTo("2, 1000 ping timeout");
    }

    @Test
    void aClientWhoseMessageIsHandledForLongerThanTheTimeout_isNotLost() throws Exception {
        serve(BRISK, new EngineHandler() {
            @Override
            public void text(EngineSocket socket, String message) throws Exception {
                assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                handler.events.add(message + " open " + socket.isOpen());
                socket.send(Packet.text(message));
            }
        });
        WebSocketClient busy = WebSocketClient.open(server.port());
        PollingClient polling = PollingClient.open(server.port());
        busy.send("4by WebSocket");
        CompletableFuture<HttpResponse<String>> post = polling.posting("4by POST");
        // By the time that a silent one is lost that came later, the busy ones have been silent for longer.
        assertThat(WebSocketClient.open(server.port()).end()).isEqualTo("2, 1000 ping timeout");
        assertThat(server.engine.counts().pingTimeouts()).isEqualTo(1);
        // Nothing is read meanwhile, so this answer comes to light only afterwards.
        assertThat(busy.next()).isEqualTo("2");
        busy.send("3");
        release.countDown();

        assertThat(PollingClient.text(post)).isEqualTo("200 ok");
        assertThat(busy.next()).isEqualTo("4by WebSocket");
        assertThat(handler.events).containsExactlyInAnyOrder("by WebSocket open true", "by POST open true");
        assertThat(busy.next()).isEqualTo("2");
    }

    @Test
    void aSlowConsumer_onAWebSocket_isClosedWith1008_afterWhatWasQueued() throws Exception {
        serve(EngineIoConfig.defaults().withOutboundQueueBytes(200_000), handler);
        try (RawClient slow = RawClient.slow(server.port(), PATH)) {
            slow.readUntil(RawClient.TEXT);
            EngineSocket socket = socket();
            int sent = 0;
            while (socket.isOpen() && server.engine.counts().slowConsumers() == 0) {
                socket.send(Packet.text("x".repeat(50_000)));
                sent++;
            }
            assertThat(server.engine.counts().slowConsumers()).isEqualTo(1);
            RawClient.Frame frame = slow.read();
            int came = 0;
            for (; frame.opCode() == RawClient.TEXT; frame = slow.read()) {
                assertThat(frame.payload()).hasSize(50_001);
                came++;
            }
            assertThat(came).isBetween(4, sent - 1);
            assertThat(frame.closeCode()).isEqualTo(1008);
        }
        awaitEvents("opened", "closed transport error");
    }

    @Test
    void aSlowConsumer_thatPolls_isClosed() throws Exception {
        serve(EngineIoConfig.defaults().withOutboundQueueBytes(10_000), handler);
        PollingClient slow = PollingClient.open(server.port());
        for (int i = 0; i < 3; i++) {
            socket().send(Packet.text("x".repeat(4000)));
        }
        awaitEvents("opened", "closed transport error");
        assertThat(slow.poll()).isEqualTo("400 {\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(server.engine.counts().slowConsumers()).isEqualTo(1);
        assertThat(socket().isOpen()).isFalse();
    }

    @Test
    void whatNoQueueCanTake_isRefused_inBytesAndNotInCharacters_andTheSocketGoesOn() throws Exception {
        serve(EngineIoConfig.defaults().withOutboundQueueBytes(1000), handler);
        WebSocketClient client = WebSocketClient.open(server.port());

        for (Packet large : List.of(Packet.text("x".repeat(1001)), Packet.text("\u20ac".repeat(400)))) {
            assertThatThrownBy(() -> socket().send(large))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(large.size() + " bytes")
                    .hasMessageContaining("outboundQueueBytes 1000");
        }
        socket().send(Packet.text("x".repeat(935)));
        assertThat(client.next()).hasSize(936);
        assertThat(socket().isOpen()).isTrue();
    }

    @Test
    void calls_comeOneAtATime_openedFirst_closedLast() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        serve(EngineIoConfig.defaults(), new EngineHandler() {
            @Override
            public void opened(EngineSocket socket) throws Exception {
                assertThat(opening.await(10, TimeUnit.SECONDS)).isTrue();
                handler.opened(socket);
            }

            @Override
            public void text(EngineSocket socket, String message) {
                handler.text(socket, message);
            }

            @Override
            public void closed(EngineSocket socket, CloseReason reason) {
                handler.closed(socket, reason);
            }
        });
        WebSocketClient client = WebSocketClient.open(server.port());
        client.send("4one");
        client.send("4two");
        client.close(1000);
        opening.countDown();

        awaitEvents("opened", "text one", "text two", "closed transport close");
    }
}
