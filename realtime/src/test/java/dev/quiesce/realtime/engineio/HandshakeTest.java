package dev.quiesce.realtime.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class HandshakeTest {
    private static final String POLLING = "/engine.io/?EIO=4&transport=polling";
    private static final String WEB_SOCKET = "/engine.io/?EIO=4&transport=websocket";
    private static final String[] UPGRADE = {
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };

    private final RecordingEngineHandler handler = new RecordingEngineHandler();
    private TestEngine server;

    private void serve(EngineIoConfig config) throws Exception {
        server = TestEngine.started(config, handler);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private String answer(String method, String uri, String... headers) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            return http.request(method, uri, headers).answer();
        }
    }

    private String head(String method, String uri, String... headers) throws Exception {
        try (RawHttp http = new RawHttp(server.port())) {
            return http.request(method, uri, headers).head();
        }
    }

    private static String[] upgrade(String... more) {
        String[] all = java.util.Arrays.copyOf(UPGRADE, UPGRADE.length + more.length);
        System.arraycopy(more, 0, all, UPGRADE.length, more.length);
        return all;
    }

    @Test
    void aClient_isToldItsIdAndTheLimits() throws Exception {
        serve(EngineIoConfig.defaults()
                .withHeartbeat(Duration.ofMillis(12_000), Duration.ofMillis(3_400))
                .withMaxPayload(5678));

        assertThat(answer("GET", POLLING))
                .matches("200 0\\{\"sid\":\"[A-Za-z0-9_-]{20}\",\"upgrades\":\\[\"websocket\"],"
                        + "\"pingInterval\":12000,\"pingTimeout\":3400,\"maxPayload\":5678}");
        WebSocketClient client =
                WebSocketClient.connecting(server.port(), WEB_SOCKET).get();
        assertThat(client.next())
                .matches("0\\{\"sid\":\"[A-Za-z0-9_-]{20}\",\"upgrades\":\\[],"
                        + "\"pingInterval\":12000,\"pingTimeout\":3400,\"maxPayload\":5678}");
        await().until(() -> handler.sockets.size() == 2);
        assertThat(handler.sockets.get(0).isPolling()).isTrue();
        assertThat(handler.sockets.get(1).isPolling()).isFalse();
        assertThat(server.engine.counts().open()).isEqualTo(2);
        assertThat(server.engine.counts().polling()).isEqualTo(1);
        assertThat(server.engine.counts().opened()).isEqualTo(2);
    }

    @Test
    void theHandshake_isNeitherCachedNorGuessedAt() throws Exception {
        serve(EngineIoConfig.defaults());

        assertThat(head("GET", POLLING))
                .contains("Content-Type: text/plain;charset=utf-8\r\n")
                .contains("Cache-Control: no-store\r\n")
                .contains("X-Content-Type-Options: nosniff\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /engine.io/, 0, Transport unknown",
        "GET, /engine.io/?EIO=4, 0, Transport unknown",
        "GET, /engine.io/?EIO=4&transport=carrier-pigeon, 0, Transport unknown",
        "GET, /engine.io/?EIO=4&transport=webtransport, 0, Transport unknown",
        "GET, /engine.io/?transport=polling, 5, Unsupported protocol version",
        "GET, /engine.io/?EIO=3&transport=polling, 5, Unsupported protocol version",
        "GET, /engine.io/?EIO=abc&transport=websocket, 5, Unsupported protocol version",
        "GET, /engine.io/?EIO=4&transport=polling&sid=unknown, 1, Session ID unknown",
        "POST, /engine.io/?EIO=4&transport=polling&sid=unknown, 1, Session ID unknown",
        "POST, /engine.io/?EIO=4&transport=polling, 2, Bad handshake method",
        "PUT, /engine.io/?EIO=4&transport=polling, 2, Bad handshake method",
        "DELETE, /engine.io/?EIO=4&transport=polling&sid=unknown, 3, Bad request",
        "GET, /engine.io/?EIO=4&transport=websocket, 3, Bad request",
        "POST, /engine.io/?EIO=4&transport=websocket, 2, Bad handshake method",
        "GET, /engine.io/?EIO=4&transport=polling&sid=%zz, 3, Bad request",
    })
    void aRequestThatMakesNoSense_isRefusedWithTheCodeOfTheReference(String method, String uri, int code, String why)
            throws Exception {
        serve(EngineIoConfig.defaults());

        assertThat(answer(method, uri, "Content-Length: 0"))
                .isEqualTo("400 {\"code\":" + code + ",\"message\":\"" + why + "\"}");
        assertThat(server.engine.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "/engine.io/?EIO=4&transport=websocket&sid=unknown, 1, Session ID unknown",
        "/engine.io/?EIO=3&transport=websocket, 5, Unsupported protocol version",
        "/engine.io/?transport=websocket, 5, Unsupported protocol version",
        "/engine.io/?EIO=4, 0, Transport unknown",
    })
    void aWebSocketThatMakesNoSense_isRefusedBeforeItOpens(String uri, int code, String why) throws Exception {
        serve(EngineIoConfig.defaults());

        assertThat(answer("GET", uri, UPGRADE)).isEqualTo("400 {\"code\":" + code + ",\"message\":\"" + why + "\"}");
    }

    @Test
    void thePath_isServedWithAndWithoutItsLastSlash_andOthersGoOn() throws Exception {
        serve(EngineIoConfig.defaults());

        assertThat(answer("GET", "/engine.io?EIO=4&transport=polling")).startsWith("200 0{");
        assertThat(head("GET", "/engine.io?EIO=4&transport=websocket", UPGRADE)).startsWith("HTTP/1.1 101 ");
        assertThat(head("GET", WEB_SOCKET, UPGRADE)).startsWith("HTTP/1.1 101 ");
        for (String other : new String[] {"/", "/engine.i", "/engine.iO/", "/engine.io/x", "/engine.iox"}) {
            assertThat(head("GET", other + "?EIO=4&transport=polling")).startsWith("HTTP/1.1 418 ");
            assertThat(head("GET", other + "?EIO=4&transport=websocket", UPGRADE))
                    .startsWith("HTTP/1.1 418 ");
        }
    }

    @Test
    void beyondTheMostSockets_handshakesAreAnswered503_untilOneHasEnded() throws Exception {
        serve(EngineIoConfig.defaults().withMaxSockets(2, 0));
        PollingClient first = PollingClient.open(server.port());
        WebSocketClient.open(server.port());

        assertThat(head("GET", POLLING)).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1\r\n");
        assertThat(head("GET", WEB_SOCKET, UPGRADE)).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1\r\n");
        assertThat(first.post("4known clients go on")).isEqualTo("200 ok");
        assertThat(server.engine.counts().refusedLimit()).isEqualTo(2);

        first.post("1");
        assertThat(answer("GET", POLLING)).startsWith("200 0{");
    }

    @Test
    void beyondTheMostSocketsOfAnAddress_handshakesAreAnswered429() throws Exception {
        serve(EngineIoConfig.defaults().withMaxSockets(100, 1));
        PollingClient first = PollingClient.open(server.port());

        assertThat(head("GET", POLLING)).startsWith("HTTP/1.1 429 ").contains("Retry-After: 1\r\n");
        assertThat(head("GET", WEB_SOCKET, UPGRADE)).startsWith("HTTP/1.1 429 ");
        WebSocketClient upgraded = WebSocketClient.offer(server.port(), first);
        upgraded.send("2probe");
        assertThat(upgraded.next()).isEqualTo("3probe");

        first.post("1");
        assertThat(answer("GET", POLLING)).startsWith("200 0{");
        assertThat(server.engine.counts().refusedLimit()).isEqualTo(2);
    }

    @Test
    void pagesOfOtherOrigins_areRefusedByDefault_onBothTransports() throws Exception {
        serve(EngineIoConfig.defaults());

        String other = "Origin: https://elsewhere.example";
        assertThat(answer("GET", POLLING, other)).isEqualTo("403 {\"code\":4,\"message\":\"Forbidden\"}");
        assertThat(answer("OPTIONS", POLLING, other)).startsWith("403 ");
        assertThat(head("GET", WEB_SOCKET, upgrade(other))).startsWith("HTTP/1.1 403 ");
        assertThat(server.engine.counts().refusedOrigin()).isEqualTo(3);

        String own = "Origin: http://127.0.0.1";
        assertThat(head("GET", POLLING, own)).startsWith("HTTP/1.1 200 ").doesNotContain("Access-Control");
        assertThat(head("GET", WEB_SOCKET, upgrade(own))).startsWith("HTTP/1.1 101 ");
    }

    @Test
    void pagesOfAnOriginThatIsNamed_mayReadTheAnswers_alsoRefusals_andOthersMayNot() throws Exception {
        serve(EngineIoConfig.defaults().withAllowedOrigins(Set.of("https://shop.example")));

        String named = "Origin: https://shop.example";
        assertThat(head("GET", POLLING, named))
                .startsWith("HTTP/1.1 200 ")
                .contains("Access-Control-Allow-Origin: https://shop.example\r\n")
                .contains("Access-Control-Allow-Credentials: true\r\n")
                .contains("Vary: Origin\r\n");
        assertThat(head("OPTIONS", POLLING, named, "Access-Control-Request-Method: POST"))
                .startsWith("HTTP/1.1 204 ")
                .contains("Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n")
                .contains("Access-Control-Allow-Headers: Content-Type\r\n")
                .contains("Access-Control-Allow-Origin: https://shop.example\r\n");
        assertThat(head("GET", POLLING + "&sid=unknown", named))
                .startsWith("HTTP/1.1 400 ")
                .contains("Access-Control-Allow-Origin: https://shop.example\r\n");
        assertThat(head("GET", WEB_SOCKET, upgrade(named))).startsWith("HTTP/1.1 101 ");
        assertThat(head("GET", POLLING, "Origin: https://elsewhere.example"))
                .startsWith("HTTP/1.1 403 ")
                .doesNotContain("Access-Control");
        assertThat(head("GET", POLLING)).startsWith("HTTP/1.1 200 ").doesNotContain("Access-Control");
    }

    @Test
    void pagesOfAnyOrigin_mayReadTheAnswers_butNotWithCookies_ifAllAreLetIn() throws Exception {
        serve(EngineIoConfig.defaults().withAllowedOrigins(Set.of("*")));

        assertThat(head("GET", POLLING, "Origin: https://anywhere.example"))
                .startsWith("HTTP/1.1 200 ")
                .contains("Access-Control-Allow-Origin: https://anywhere.example\r\n")
                .doesNotContain("Access-Control-Allow-Credentials");
    }

    @Test
    void theHandler_isToldOfTheRequest() throws Exception {
        serve(EngineIoConfig.defaults());
        HttpResponse<String> opened = PollingClient.send(
                PollingClient.request("http://127.0.0.1:" + server.port() + POLLING + "&token=t%C3%BCr")
                        .header("X-Trace", "7"));

        assertThat(opened.statusCode()).isEqualTo(200);
        await().until(() -> handler.sockets.size() == 1);
        EngineSocket socket = handler.sockets.get(0);
        assertThat(socket.handshake().path()).isEqualTo("/engine.io/");
        assertThat(socket.handshake().parameter("token")).isEqualTo("t\u00fcr");
        assertThat(socket.handshake().header("x-trace")).isEqualTo("7");
        assertThat(socket.handshake().remoteAddress()).isEqualTo("127.0.0.1");
        assertThat(opened.body()).contains("\"sid\":\"" + socket.id() + "\"");
        assertThat(socket).hasToString("EngineSocket[127.0.0.1, polling]");
    }

    @Test
    void whatTheHandlerSendsAtOnce_comesAfterTheHandshake() throws Exception {
        server = TestEngine.started(EngineIoConfig.defaults(), new EngineHandler() {
            @Override
            public void opened(EngineSocket socket) {
                socket.send(Packet.text("welcome"));
            }
        });
        for (int round = 0; round < 100; round++) {
            WebSocketClient client =
                    WebSocketClient.connecting(server.port(), WEB_SOCKET).get();
            assertThat(client.next()).startsWith("0{");
            assertThat(client.next()).isEqualTo("4welcome");
            client.drop();

            String first = PollingClient.send(PollingClient.request("http://127.0.0.1:" + server.port() + POLLING))
                    .body();
            assertThat(first).startsWith("0{");
        }
    }
}
