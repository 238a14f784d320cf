package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.realtime.engineio.EngineIoConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NamespaceTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private Instance server;

    private Namespace serve(Consumer<Namespace> set) throws Exception {
        return serve(SocketIoConfig.defaults(), set);
    }

    private Namespace serve(SocketIoConfig config, Consumer<Namespace> set) throws Exception {
        server = new Instance(config, EventLog.none(), set);
        return server.main;
    }

    private IoClient joined() throws Exception {
        return IoClient.joined(server.port());
    }

    private void awaitEvents(String... expected) {
        await().untilAsserted(() -> assertThat(events).containsExactly(expected));
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void aClient_joinsTheMainNamespace_andIsToldItsId() throws Exception {
        Namespace main = serve(each -> each.onConnection(socket -> events.add("joined " + socket.id())));
        IoClient client = IoClient.open(server.port());
        client.send("0");

        assertThat(client.next()).matches("0\\{\"sid\":\"[A-Za-z0-9_-]{20}\"}");
        await().until(() -> events.size() == 1);
        assertThat(main.sockets()).singleElement().satisfies(socket -> {
            assertThat(events).containsExactly("joined " + socket.id());
            assertThat(socket.isConnected()).isTrue();
            assertThat(socket.isRecovered()).isFalse();
            assertThat(socket.auth()).isEmpty();
            assertThat(socket.user()).isEmpty();
            assertThat(socket.rooms()).isEmpty();
            assertThat(socket.handshake().path()).isEqualTo("/socket.io/");
            assertThat(socket.namespace()).isSameAs(main);
            assertThat(socket).hasToString("IoSocket[" + socket.id() + " in /]");
        });
        assertThat(main).hasToString("Namespace[/]");
    }

    @Test
    void aClient_isInManyNamespacesAtOnce_eachWithEventsOfItsOwn() throws Exception {
        serve(main -> main.on("where", event -> event.socket().emit("here", "main")));
        server.io.of("/admin").on("where", event -> event.socket().emit("here", "admin"));
        IoClient client = joined().join("/admin,");
        client.send("2/admin,[\"where\"]");
        client.send("2[\"where\"]");

        assertThat(client.next()).isEqualTo("2/admin,[\"here\",\"admin\"]");
        assertThat(client.next()).isEqualTo("2[\"here\",\"main\"]");
        assertThat(server.io.of("/admin")).isSameAs(server.io.of("/admin"));
        assertThat(server.io.of("/admin").size()).isEqualTo(1);
        assertThat(server.io.size()).isEqualTo(1);
    }

    @Test
    void aNamespaceThatDoesNotExist_isRefused_andTheClientMayJoinAnother() throws Exception {
        serve(main -> {});
        IoClient client = IoClient.open(server.port());
        client.send("0/nowhere,{\"a\":1}");
        assertThat(client.next()).isEqualTo("4/nowhere,{\"message\":\"Invalid namespace\"}");
        client.join("");
        assertThat(server.io.counts().refused()).isEqualTo(1);
    }

    @Test
    void namesOfNamespaces_areChecked() throws Exception {
        serve(main -> {});
        for (String name : List.of("", "admin", "/a,b", "/a?b")) {
            assertThatThrownBy(() -> server.io.of(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("slash");
        }
    }

    @Test
    void middleware_seesWhatTheClientHasSent_andSaysWhoItIs() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        Namespace main = serve(each -> each.use(client -> {
                    seen.add("first " + client.auth() + " " + client.namespace() + " "
                            + client.handshake().path());
                    client.user("ann");
                    client.put("age", 7);
                })
                .use(client -> seen.add("second " + client.user().orElseThrow()))
                .onConnection(socket -> seen.add("joined " + socket.user().orElseThrow() + " "
                        + socket.get("age").orElseThrow() + " " + socket.auth())));
        IoClient.open(server.port()).join("{\"token\":\"t\",\"none\":null,\"pid\":\"p\",\"offset\":\"o\"}");

        await().untilAsserted(() -> assertThat(seen)
                .containsExactly("first {token=t} / /socket.io/", "second ann", "joined ann 7 {token=t}"));
        IoSocket socket = main.sockets().get(0);
        socket.put("age", 8);
        assertThat(socket.get("age")).contains(8);
        assertThat(socket.get("unknown")).isEqualTo(Optional.empty());
    }

    @Test
    void aClientThatAMiddlewareRefuses_isToldWhy_andWhatGoesWithIt_andMayTryAgain() throws Exception {
        Namespace main = serve(each -> each.use(client -> {
                    if (!"secret".equals(client.auth().get("token"))) {
                        throw new ConnectRefusedException("Not authorized", Map.of("code", 17));
                    }
                })
                .use(client -> events.add("passed")));
        IoClient client = IoClient.open(server.port());
        client.send("0{\"token\":\"wrong\"}");
        assertThat(client.next()).isEqualTo("4{\"message\":\"Not authorized\",\"data\":{\"code\":17}}");
        assertThat(main.size()).isZero();
        assertThat(events).isEmpty();

        client.join("{\"token\":\"secret\"}");
        assertThat(events).containsExactly("passed");
        assertThat(server.io.counts().refused()).isEqualTo(1);
        assertThat(server.io.counts().connected()).isEqualTo(1);
    }

    @Test
    void aMiddlewareThatThrows_closesTheConnection_sothatTheClientTriesAgain() throws Exception {
        serve(main -> main.use(client -> {
            throw new IllegalStateException("wanted by the test");
        }));
        IoClient client = IoClient.open(server.port());
        client.send("0");

        assertThat(client.end()).isEqualTo("1011 internal error");
        assertThat(server.io.counts().listenerFailures()).isEqualTo(1);
    }

    @Test
    void aConnectionListenerThatThrows_closesTheConnection() throws Exception {
        serve(main -> main.onConnection(socket -> {
                    throw new IllegalStateException("wanted by the test");
                })
                .onDisconnect((socket, reason) -> events.add("left: " + reason)));
        IoClient client = joined();

        assertThat(client.end()).isEqualTo("1011 internal error");
        awaitEvents("left: forced close");
        assertThat(server.io.counts().listenerFailures()).isEqualTo(1);
    }

    @Test
    void aListenerThatThrows_isCounted_andEverythingGoesOn() throws Exception {
        serve(main -> main.on("say", event -> {
                    throw new IllegalStateException("wanted by the test");
                })
                .onConnection(socket -> socket.on("say", event -> socket.emit("heard", event.text(0)))));
        IoClient client = joined();
        client.send("2[\"say\",\"one\"]");
        client.send("2[\"say\",2]");
        client.send("2[\"say\",\"three\"]");

        assertThat(client.next()).isEqualTo("2[\"heard\",\"one\"]");
        assertThat(client.next()).isEqualTo("2[\"heard\",\"three\"]");
        assertThat(server.io.counts().listenerFailures()).isEqualTo(4);
        assertThat(server.io.counts().eventsReceived()).isEqualTo(3);
        await().until(() -> server.io.counts().eventsSent() == 2);
    }

    @Test
    void listeners_areCalledInOrder_thoseForAllFirst_thenThoseOfTheNamespace() throws Exception {
        serve(main -> main.on("say", event -> events.add("namespace " + event.name()))
                .onConnection(socket -> socket.on("say", event -> events.add("first " + event.get(0)))
                        .on(
                                "say",
                                event ->
                                        events.add("second " + event.arguments().size()))
                        .onAny(event -> events.add("any " + event + " " + event.wantsAck()))));
        IoClient client = joined();
        client.send("2[\"say\",\"x\",null]");
        client.send("2[\"other\"]");

        awaitEvents(
                "any Event[say, 2 arguments] false",
                "namespace say",
                "first x",
                "second 2",
                "any Event[other, 0 arguments] false");
    }

    @Test
    void joiningTwice_isAParseError() throws Exception {
        serve(main -> main.onDisconnect((socket, reason) -> events.add("left: " + reason)));
        IoClient client = joined();
        client.send("0");

        assertThat(client.end()).isEqualTo("1002 parse error");
        awaitEvents("left: parse error");
    }

    @Test
    void packetsForANamespaceThatTheClientHasNotJoined_areAParseError() throws Exception {
        serve(main -> main.on("early", event -> events.add("handled")));
        server.io.of("/admin");
        for (String packet : List.of("2[\"early\"]", "1", "30[]", "2/admin,[\"early\"]", "2/unknown,[\"early\"]")) {
            IoClient client = IoClient.open(server.port());
            client.send(packet);
            assertThat(client.end()).as(packet).isEqualTo("1002 parse error");
        }
        IoClient elsewhere = joined();
        elsewhere.send("2/admin,[\"early\"]");
        assertThat(elsewhere.end()).isEqualTo("1002 parse error");
        assertThat(events).isEmpty();
    }

    @Test
    void whatIsNoPacket_isAParseError() throws Exception {
        serve(main -> main.onDisconnect((socket, reason) -> events.add("left: " + reason)));
        for (String packet : List.of("abc", "2[]", "2{}", "4", "5101-[\"a\"]", "51-[\"a\"]")) {
            events.clear();
            IoClient client = joined();
            client.send(packet);
            if (packet.startsWith("51-")) {
                client.send("2[\"in the place of an attachment\"]");
            }
            assertThat(client.end()).as(packet).isEqualTo("1002 parse error");
            awaitEvents("left: parse error");
        }
        IoClient client = joined();
        client.send(new byte[] {1});
        assertThat(client.end()).isEqualTo("1002 parse error");
    }

    @Test
    void aClientThatJoinsNothing_isClosed_andOneThatHasJoinedIsNot() throws Exception {
        serve(
                SocketIoConfig.defaults().withConnectTimeout(Duration.ofMillis(200)),
                main -> main.on("ping", event -> event.ack()));
        IoClient joined = joined();
        IoClient idle = IoClient.open(server.port());

        assertThat(idle.end()).startsWith("1000");
        joined.send("21[\"ping\"]");
        assertThat(joined.next()).isEqualTo("31[]");
    }

    @Test
    void namesThatClientsKeepForThemselves_andWhatIsTooLarge_areRefused() throws Exception {
        EngineIoConfig small = SocketIoConfig.defaults().connections().withOutboundQueueBytes(2000);
        Namespace main = serve(SocketIoConfig.defaults().withConnections(small), each -> {});
        IoClient client = joined();
        for (String name :
                List.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener")) {
            assertThatThrownBy(() -> main.emit(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + name + "\"");
        }
        for (Object large : List.of("x".repeat(1000), "\u20ac".repeat(334), new byte[1000])) {
            assertThatThrownBy(() -> main.emit("n", large))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outboundQueueBytes, which is 2000");
        }
        main.emit("n", "\u20ac".repeat(305));
        assertThat(client.next()).hasSize("2[\"n\",\"\"]".length() + 305);
    }

    @Test
    void counts_tellWhatHappened() throws Exception {
        Namespace main = serve(each -> {});
        IoClient client = joined();
        joined();
        client.send("2[\"a\"]");
        main.emit("b");
        main.to("nobody").emit("c");
        client.next();

        await().until(() -> server.io.counts().eventsSent() == 2);
        SocketIoCounts counts = server.io.counts();
        assertThat(counts.connected()).isEqualTo(2);
        assertThat(counts.recovered()).isZero();
        assertThat(counts.postponed()).isZero();
        await().until(() -> server.io.counts().eventsReceived() == 1);
        assertThat(counts.connections().open()).isEqualTo(2);
        assertThat(counts.connections().opened()).isEqualTo(2);
    }

    @Test
    void whatIsKeptWithASocket_isChecked_whenItIsPut() throws Exception {
        serve(main -> main.use(client -> {
            assertThatThrownBy(() -> client.put("binary", List.of(new byte[1])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("what is kept with a socket can have nothing binary in it");
            assertThatThrownBy(() -> client.put("name", client.auth().get("name")))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("name");
            client.put("half", "x".repeat(32_000));
            assertThatThrownBy(() -> client.put("other half", "x".repeat(34_000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("what is kept with a socket takes 66");
        }));
        joined();
        await().until(() -> server.main.size() == 1);
        IoSocket socket = server.main.sockets().get(0);

        assertThatThrownBy(() -> socket.put("other half", "x".repeat(34_000)))
                .hasMessageContaining("at most 65536 are allowed");
        assertThat(socket.get("other half")).isEmpty();
        List<Object> changing = new ArrayList<>(List.of(1));
        socket.put("list", changing);
        changing.add(changing);
        assertThat(socket.get("list")).contains(List.of(1));
        assertThat(socket.get("half")).contains("x".repeat(32_000));
        socket.put("half", "y");
        socket.put("other half", "x".repeat(34_000));
    }

    @Test
    void roomsThatAreTooManyToKeep_areRefused() throws Exception {
        serve(main -> {});
        joined();
        await().until(() -> server.main.size() == 1);
        IoSocket socket = server.main.sockets().get(0);
        socket.join("x".repeat(40_000)).toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThatThrownBy(() -> socket.join("y".repeat(20_000), "z".repeat(6_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the names of the rooms of a socket would have 66000 characters, and at most 65536 are allowed");
        assertThat(socket.rooms()).hasSize(1);
        socket.join("y".repeat(20_000)).toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(socket.rooms()).hasSize(2);
    }
}
