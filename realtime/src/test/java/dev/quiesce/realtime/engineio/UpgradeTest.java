package dev.quiesce.realtime.engineio;

import static dev.quiesce.realtime.engineio.PollingClient.SEPARATOR;
import static dev.quiesce.realtime.engineio.PollingClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class UpgradeTest {
    private static final String BAD_REQUEST = "400 {\"code\":3,\"message\":\"Bad request\"}";

    private final RecordingEngineHandler handler = new RecordingEngineHandler();
    private TestEngine server;

    private void serve(EngineIoConfig config) throws Exception {
        server = TestEngine.started(config, handler);
    }

    private PollingClient open() throws Exception {
        if (server == null) {
            serve(EngineIoConfig.defaults());
        }
        PollingClient client = PollingClient.open(server.port());
        await().until(() -> handler.sockets.size() == 1);
        return client;
    }

    private EngineSocket socket() {
        return handler.sockets.get(0);
    }

    private static void probe(WebSocketClient webSocket) throws Exception {
        webSocket.send("2probe");
        assertThat(webSocket.next()).isEqualTo("3probe");
    }

    private WebSocketClient upgraded(PollingClient client) throws Exception {
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);
        webSocket.send("5");
        await().until(() -> !socket().isPolling());
        return webSocket;
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aClient_goesFromPollingToAWebSocket() throws Exception {
        PollingClient client = open();
        WebSocketClient webSocket = upgraded(client);

        webSocket.send("4hello");
        assertThat(webSocket.next()).isEqualTo("4hello");
        webSocket.send(new byte[] {1, 2});
        assertThat(webSocket.next()).isEqualTo("0102");
        assertThat(handler.events).containsExactly("opened", "text hello", "binary 0102");
        assertThat(server.engine.counts().upgraded()).isEqualTo(1);
        assertThat(server.engine.counts().polling()).isZero();
        assertThat(server.engine.size()).isEqualTo(1);
        assertThat(socket()).hasToString("EngineSocket[127.0.0.1, websocket]");
    }

    @Test
    void theProbe_endsThePollThatWaits() throws Exception {
        PollingClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        assertThat(client.post("6")).isEqualTo("200 ok");

        probe(WebSocketClient.offer(server.port(), client));

        assertThat(text(poll)).isEqualTo("200 6");
    }

    @Test
    void aPollThatComesAfterTheProbe_isHeldForAWhile_andEndsWithNothing() throws Exception {
        PollingClient client = open();
        probe(WebSocketClient.offer(server.port(), client));

        assertThat(client.poll()).isEqualTo("200 6");
        assertThat(socket().isOpen()).isTrue();
    }

    @Test
    void packetsGoByPolling_untilTheClientHasMoved() throws Exception {
        PollingClient client = open();
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        socket().send(Packet.text("before the probe"));
        assertThat(client.poll()).isEqualTo("200 4before the probe");
        probe(webSocket);
        socket().send(Packet.text("after the probe"));
        assertThat(client.poll()).isEqualTo("200 4after the probe");
        webSocket.send("5");
        await().until(() -> !socket().isPolling());
        socket().send(Packet.text("by WebSocket"));
        assertThat(webSocket.next()).isEqualTo("4by WebSocket");
    }

    @Test
    void packetsThatWait_moveOver_inOrder() throws Exception {
        PollingClient client = open();
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);
        socket().send(Packet.text("one"));
        socket().send(List.of(Packet.text("two"), Packet.text("three")));
        webSocket.send("5");
        await().until(() -> !socket().isPolling());
        socket().send(Packet.text("four"));

        assertThat(List.of(webSocket.next(), webSocket.next(), webSocket.next(), webSocket.next()))
                .containsExactly("4one", "4two", "4three", "4four");
    }

    @Test
    void messagesSentRightAfterTheUpgrade_areHandledInOrder() throws Exception {
        PollingClient client = open();
        client.post("4a" + SEPARATOR + "4b");
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);
        webSocket.send("5");
        webSocket.send("4c");
        webSocket.send(new byte[] {7});
        webSocket.send("4d");

        await().untilAsserted(() -> assertThat(handler.events)
                .containsExactly("opened", "text a", "text b", "text c", "binary 07", "text d"));
    }

    @Test
    void requestsToPoll_areRefusedAfterTheUpgrade_andTheSocketGoesOn() throws Exception {
        PollingClient client = open();
        WebSocketClient webSocket = upgraded(client);

        assertThat(client.poll()).isEqualTo(BAD_REQUEST);
        assertThat(client.post("4by POST")).isEqualTo(BAD_REQUEST);

        webSocket.send("4hello");
        assertThat(webSocket.next()).isEqualTo("4hello");
        assertThat(handler.events).containsExactly("opened", "text hello");
    }

    @Test
    void aPollThatWaitsAtTheUpgrade_isRefused() throws Exception {
        PollingClient client = open();
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        webSocket.send("5");

        assertThat(text(poll)).isIn(BAD_REQUEST, "200 6");
        await().until(() -> !socket().isPolling());
        webSocket.send("4hello");
        assertThat(webSocket.next()).isEqualTo("4hello");
    }

    @Test
    void aSecondWebSocket_isClosed_whileOneIsOffered_andAfterTheUpgrade() throws Exception {
        PollingClient client = open();
        WebSocketClient first = WebSocketClient.offer(server.port(), client);
        probe(first);
        WebSocketClient second = WebSocketClient.offer(server.port(), client);
        assertThat(second.end()).isEqualTo("1008 misused");
        first.send("5");
        await().until(() -> !socket().isPolling());
        WebSocketClient third = WebSocketClient.offer(server.port(), client);
        assertThat(third.end()).isEqualTo("1008 misused");

        first.send("4hello");
        assertThat(first.next()).isEqualTo("4hello");
    }

    @Test
    void aClientThatDoesNotGoOn_isHeldToItsTime_andPollsOn() throws Exception {
        serve(EngineIoConfig.defaults().withUpgradeTimeout(Duration.ofSeconds(1)));
        PollingClient client = open();
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);

        assertThat(webSocket.end()).isEqualTo("1008 misused");
        assertThat(socket().isOpen()).isTrue();
        client.post("4still here");
        assertThat(client.poll()).isEqualTo("200 4still here");

        WebSocketClient again = upgraded(client);
        again.send("4hello");
        assertThat(again.next()).isEqualTo("4hello");
    }

    @Test
    void aWebSocketThatIsLostBeforeTheUpgrade_leavesTheClientPolling_andMayBeOfferedAnew() throws Exception {
        PollingClient client = open();
        WebSocketClient lost = WebSocketClient.offer(server.port(), client);
        probe(lost);
        lost.drop();
        await().until(() -> {
            WebSocketClient again = WebSocketClient.offer(server.port(), client);
            again.send("2probe");
            again.send("5");
            await().until(() -> again.isClosed() || !socket().isPolling());
            return !socket().isPolling();
        });
        assertThat(handler.events).containsExactly("opened");
    }

    @Test
    void whatIsNoProbe_closesTheWebSocket_andLeavesTheClientPolling() throws Exception {
        PollingClient client = open();
        for (String message : List.of("4hello", "5", "2", "2prob", "")) {
            WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
            webSocket.send(message);
            assertThat(webSocket.end()).isEqualTo("1008 misused");
        }
        WebSocketClient binary = WebSocketClient.offer(server.port(), client);
        binary.send(new byte[] {1});
        assertThat(binary.end()).isEqualTo("1008 misused");

        assertThat(client.post("4hello")).isEqualTo("200 ok");
        assertThat(client.poll()).isEqualTo("200 4hello");
        assertThat(handler.events).containsExactly("opened", "text hello");
    }

    @Test
    void theEndOfTheClient_endsTheWebSocketThatItOffers() throws Exception {
        PollingClient client = open();
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);

        client.post("1");
        assertThat(webSocket.end()).startsWith("1000");
        await().until(() -> handler.events.contains("closed transport close"));
    }

    @Test
    void theEndOfTheWebSocket_isTheEndOfTheClient() throws Exception {
        PollingClient client = open();
        upgraded(client).close(1000);

        await().untilAsserted(() -> assertThat(handler.events).containsExactly("opened", "closed transport close"));
        assertThat(server.engine.size()).isZero();
    }

    @Test
    void moreThanTheWebSocketMayHold_endsTheClient_andIsCountedOnce() throws Exception {
        serve(EngineIoConfig.defaults().withOutboundQueueBytes(1000));
        PollingClient client = open();
        WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
        probe(webSocket);
        for (int i = 0; i < 9; i++) {
            socket().send(Packet.text("\u20ac".repeat(10)));
        }
        webSocket.send("5");
        await().until(() -> !socket().isPolling() || !socket().isOpen());

        server.engine.quiesce();
        server.engine.drain(TestEngine.in(5000));
        assertThat(server.engine.counts().polling()).isZero();
    }
}
