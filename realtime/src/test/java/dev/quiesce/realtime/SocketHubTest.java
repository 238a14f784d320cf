package dev.quiesce.realtime;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketHubTest {
    private final RecordingHandler handler = new RecordingHandler();
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
        server.close();
    }

    private void awaitEvents(String... events) {
        await().untilAsserted(() -> assertThat(handler.events).containsExactly(events));
    }

    @Test
    void messagesAreHandledInOrder_andAnswersComeBack() throws Exception {
        Client client = Client.connected(serve().uri());

        client.send("one");
        client.send(new byte[] {1, 2, 3});
        client.send("two");
        await().until(() -> client.texts.size() == 2 && client.binaries.size() == 1);
        client.close(1000, "done");

        assertThat(client.texts).containsExactly("one", "two");
        assertThat(client.binaries.get(0)).containsExactly(1, 2, 3);
        awaitEvents("opened", "text one", "binary 3", "text two", "closed 1000 done");
        assertThat(server.hub.size()).isZero();
    }

    @Test
    void aMessageInFragments_isHandledOnce() throws Exception {
        serve();
        try (RawClient client = RawClient.connected(server.port())) {
            client.send(RawClient.TEXT, false, "frag".getBytes());
            client.send(RawClient.PING, true, "between".getBytes());
            client.send(0, true, "ment".getBytes());

            assertThat(client.read()).satisfies(pong -> {
                assertThat(pong.opCode()).isEqualTo(RawClient.PONG);
                assertThat(pong.payload()).asString().isEqualTo("between");
            });
            assertThat(client.read().payload()).asString().isEqualTo("fragment");
        }
        awaitEvents("opened", "text fragment", "closed 1006 connection lost");
    }

    @Test
    void theHandshakeTellsAboutTheRequest_andHidesSecretsInItsText() throws Exception {
        serve();
        try (RawClient client =
                RawClient.connected(server.port(), "Cookie: JSESSIONID=secret\r\nAuthorization: Bearer secret\r\n")) {
            assertThat(client.response).startsWith("HTTP/1.1 101");
            await().until(() -> handler.sockets.size() == 1);
            Socket socket = handler.sockets.get(0);

            assertThat(socket.handshake().path()).isEqualTo("/sockets");
            assertThat(socket.handshake().cookie("JSESSIONID")).isEqualTo("secret");
            assertThat(socket.handshake().cookie("other")).isNull();
            assertThat(socket.handshake().header("authorization")).isEqualTo("Bearer secret");
            assertThat(socket.handshake().parameter("room")).isNull();
            assertThat(socket.handshake().user()).isNull();
            assertThat(socket.handshake().remoteAddress()).isEqualTo("127.0.0.1");
            assertThat(socket + " " + socket.handshake())
                    .doesNotContain("secret")
                    .contains("/sockets");
        }
    }

    @Test
    void broadcast_reachesTheRoomAndNobodyElse() throws Exception {
        serve();
        Client in = Client.connected(server.uri());
        await().until(() -> handler.sockets.size() == 1);
        Client out = Client.connected(server.uri());
        await().until(() -> handler.sockets.size() == 2);
        handler.sockets.get(0).join("offers");
        handler.sockets.get(1).join("offers");
        handler.sockets.get(1).leave("offers");

        assertThat(handler.sockets.get(0).rooms()).containsExactly("offers");
        assertThat(server.hub.broadcast("offers", "sold")).isEqualTo(1);
        assertThat(server.hub.broadcast("offers", ByteBuffer.wrap(new byte[] {7})))
                .isEqualTo(1);
        assertThat(server.hub.broadcast("empty", "sold")).isZero();
        out.send("last");

        await().until(() -> in.binaries.size() == 1 && out.texts.size() == 1);
        assertThat(in.texts).containsExactly("sold");
        assertThat(in.binaries.get(0)).containsExactly(7);
        assertThat(out.texts).containsExactly("last");
    }

    @Test
    void aClosedSocket_leavesItsRooms_andTakesNothingMore() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);
        Socket socket = handler.sockets.get(0);
        socket.join("offers");

        client.close(1000, "");
        await().until(() -> server.hub.size() == 0);
        socket.join("offers");
        socket.close(1000, "again");

        assertThat(socket.rooms()).isEmpty();
        assertThat(socket.isOpen()).isFalse();
        assertThat(socket.send("late")).isFalse();
        assertThat(server.hub.broadcast("offers", "late")).isZero();
    }

    @Test
    void close_sendsWhatIsQueuedFirst_thenCodeAndReason() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);
        Socket socket = handler.sockets.get(0);

        socket.send("last words");
        socket.close(4001, "bye");

        assertThat(client.closeFrame()).isEqualTo("4001 bye");
        assertThat(client.texts).containsExactly("last words");
        awaitEvents("opened", "closed 4001 bye");
    }

    @Test
    void aCodeThatMayNotBeSent_isRefused() throws Exception {
        Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        assertThatThrownBy(() -> handler.sockets.get(0).close(1006, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1006");
        assertThat(handler.sockets.get(0).isOpen()).isTrue();
    }

    @Test
    void aMessageTooLarge_closesWith1009_andIsNotHandled() throws Exception {
        Client text = Client.connected(serve(SocketHubConfig.defaults().withMaxMessageBytes(1000), handler)
                .uri());
        text.send("x".repeat(1000));
        text.send("x".repeat(1001));
        assertThat(text.closeFrame()).startsWith("1009 Text message too large");

        Client binary = Client.connected(server.uri());
        binary.send(new byte[1001]);
        assertThat(binary.closeFrame()).startsWith("1009 Binary message too large");
        await().until(() -> handler.events.size() == 5);
        assertThat(handler.events)
                .filteredOn(event -> event.startsWith("text "))
                .hasSize(1);
        assertThat(handler.events).noneMatch(event -> event.startsWith("binary "));
    }

    @Test
    void aMessageTooLarge_isReadToItsEnd_soThatTheCloseFrameIsNotLostToAReset() throws Exception {
        serve(SocketHubConfig.defaults().withMaxMessageBytes(1000), handler);
        try (RawClient client = RawClient.connected(server.port())) {
            byte[] part = new byte[60_000];
            client.send(RawClient.BINARY, false, part);
            for (int i = 0; i < 100; i++) {
                client.send(0, false, part);
            }
            client.send(0, true, part);

            assertThat(client.read().closeCode()).isEqualTo(1009);
            client.sendClose(1009);
            assertThat(client.endsCleanly()).isTrue();
        }
    }

    @Test
    void malformedText_closesWith1007() throws Exception {
        serve();
        try (RawClient client = RawClient.connected(server.port())) {
            client.send(RawClient.TEXT, true, new byte[] {(byte) 0xC3, (byte) 0x28});

            assertThat(client.read().closeCode()).isEqualTo(1007);
        }
        await().until(() -> handler.events.size() == 2);
        assertThat(handler.events.get(1)).startsWith("closed 1007");
    }

    @Test
    void aHandlerThatThrows_closesItsSocketWith1011_andNoOther() throws Exception {
        serve(SocketHubConfig.defaults(), new SocketHandler() {
            @Override
            public void text(Socket socket, String message) throws Exception {
                if (message.equals("fail")) {
                    throw new java.io.IOException("on purpose");
                }
                socket.send(message);
            }
        });
        Client failing = Client.connected(server.uri());
        Client other = Client.connected(server.uri());

        failing.send("fail");
        assertThat(failing.closeFrame()).isEqualTo("1011 internal error");
        other.send("still here");

        await().until(() -> other.texts.contains("still here"));
        assertThat(server.hub.counts().handlerFailures()).isEqualTo(1);
    }

    @Test
    void aHandlerThatRefusesInOpened_closesWith1011_andIsToldOfTheEnd() throws Exception {
        serve(SocketHubConfig.defaults(), new SocketHandler() {
            @Override
            public void opened(Socket socket) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void closed(Socket socket, int code, String reason) {
                handler.closed(socket, code, reason);
            }
        });

        assertThat(Client.connected(server.uri()).closeFrame()).isEqualTo("1011 internal error");
        awaitEvents("closed 1011 internal error");
    }

    @Test
    void aDroppedConnection_isTold1006() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        client.drop();

        awaitEvents("opened", "closed 1006 connection lost");
    }

    @Test
    void compressionIsNotNegotiated() throws Exception {
        serve();
        try (RawClient client =
                RawClient.connected(server.port(), "Sec-WebSocket-Extensions: permessage-deflate\r\n")) {
            assertThat(client.response).doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
        }
    }

    @Test
    void pagesOfOtherHosts_areRefusedWith403() throws Exception {
        serve();

        assertThat(RawClient.request(server.port(), "Origin: https://evil.example\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(RawClient.request(server.port(), "Origin: null\r\n")).startsWith("HTTP/1.1 403");
        assertThat(RawClient.request(server.port(), "Origin: http://127.0.0.1:" + server.port() + "\r\n"))
                .startsWith("HTTP/1.1 101");
        assertThat(server.hub.counts().refusedOrigin()).isEqualTo(2);
    }

    @Test
    void allowedOrigins_replaceTheSameHostRule() throws Exception {
        serve(SocketHubConfig.defaults().withAllowedOrigins(Set.of("https://app.example")), handler);

        assertThat(RawClient.request(server.port(), "Origin: https://APP.example\r\n"))
                .startsWith("HTTP/1.1 101");
        assertThat(RawClient.request(server.port(), "Origin: http://127.0.0.1:" + server.port() + "\r\n"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void aConnectorThatShutsDown_doesNotCutQuietSockets() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);
        server.connector.setShutdownIdleTimeout(50);

        server.connector.shutdown();
        await().during(Duration.ofMillis(300)).until(() -> !client.closed.isDone() && server.hub.size() == 1);
        client.send("still here");

        await().until(() -> client.texts.contains("still here"));
    }

    @Test
    void pathsBeginWithASlash() throws Exception {
        serve();

        assertThatThrownBy(() -> server.hub.mount(Map.of("sockets", handler)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sockets");
    }

    @Test
    void requestsThatAreNoUpgrade_orForOtherPaths_goOn() throws Exception {
        serve();
        HttpRequest plain = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/sockets"))
                .build();

        assertThat(Client.HTTP.send(plain, BodyHandlers.discarding()).statusCode())
                .isEqualTo(404);
        assertThat(RawClient.requestPath(server.port(), "/other")).startsWith("HTTP/1.1 404");
        assertThat(server.hub.counts().opened()).isZero();
    }

    @Test
    void aMalformedUpgrade_isAnswered400_andHoldsUpNoStop() throws Exception {
        serve();

        assertThat(RawClient.requestPath(server.port(), "/sockets?room=%ZZ")).startsWith("HTTP/1.1 400");

        async(() -> server.hub.stop(Deadline.after(Duration.ofSeconds(20)))).get(5, TimeUnit.SECONDS);
        assertThat(server.hub.counts().opened()).isZero();
    }
}
