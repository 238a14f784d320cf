package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.realtime.engineio.EngineIoConfig;
import dev.quiesce.realtime.engineio.PollingClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DisconnectTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private Instance server;
    private Namespace main;

    @BeforeEach
    void serve() throws Exception {
        serve(SocketIoConfig.defaults().connections().withMaxPayload(1000));
    }

    private void serve(EngineIoConfig connections) throws Exception {
        server = new Instance(SocketIoConfig.defaults().withConnections(connections), EventLog.none(), this::listen);
        main = server.main;
        listen(server.io.of("/admin"));
    }

    private void listen(Namespace namespace) {
        namespace
                .onConnection(socket -> socket.onDisconnect((left, reason) -> events.add("socket " + reason)))
                .onDisconnect((left, reason) -> events.add(namespace.name() + " " + reason));
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private IoClient joined() throws Exception {
        IoClient client = IoClient.joined(server.port());
        await().until(() -> main.size() == 1);
        return client;
    }

    private void awaitLeft(String reason) {
        await().untilAsserted(() -> assertThat(events).containsExactly("socket " + reason, "/ " + reason));
        await().until(() -> main.size() == 0);
    }

    @Test
    void aClientThatLeaves_isGone_andItsConnectionStays() throws Exception {
        IoClient client = joined();
        client.send("1");
        awaitLeft("client namespace disconnect");

        client.join("");
        client.send("2[\"a\"]");
        await().until(() -> server.io.counts().eventsReceived() == 1);
    }

    @Test
    void aSocketThatIsEnded_isToldFirstWhatWasSent_andThatItShallNotComeBack() throws Exception {
        IoClient client = joined().join("/admin,");
        main.sockets().get(0).emit("bye");
        main.sockets().get(0).disconnect();
        main.sockets().forEach(IoSocket::disconnect);

        assertThat(client.next()).isEqualTo("2[\"bye\"]");
        assertThat(client.next()).isEqualTo("1");
        awaitLeft("server namespace disconnect");
        // What was under way when it was ended is no mistake.
        client.send("2[\"late\"]");
        client.send("31[]");
        client.send("1");
        server.io.of("/admin").emit("still here");
        assertThat(client.next()).isEqualTo("2/admin,[\"still here\"]");
        assertThat(server.io.counts().eventsReceived()).isZero();
    }

    @Test
    void aSocketWhoseConnectionIsEnded_isToldFirstWhatWasSent_andToStayAway() throws Exception {
        IoClient client = joined();
        main.sockets().get(0).emit("bye");
        main.all().disconnect(true);

        assertThat(client.end()).isEqualTo("42[\"bye\"], 41, 1000 ");
        awaitLeft("server namespace disconnect");
    }

    @Test
    void aConnectionThatIsClosed_isForTheClientToComeBack() throws Exception {
        IoClient client = joined();
        main.emit("bye");
        IoSocket socket = main.sockets().get(0);
        assertThatThrownBy(() -> socket.closeConnection(1006, "never sent"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("close code 1006 may not be sent");
        socket.closeConnection(1012, "move on");

        assertThat(client.end()).isEqualTo("42[\"bye\"], 1012 move on");
        awaitLeft("forced close");
    }

    @Test
    void aClientThatPolls_isToldWhatWasSent_whenItsConnectionIsClosed() throws Exception {
        PollingClient client = PollingClient.open(server.port(), "/socket.io/");
        client.post("40");
        await().until(() -> main.size() == 1);
        main.emit("bye");
        main.all().disconnect(true);
        await().until(() -> server.io.size() == 0);

        assertThat(client.poll()).matches("200 40\\{[^}]*}\u001e42\\[\"bye\"]\u001e41");
        assertThat(client.poll()).isEqualTo("200 1");
    }

    @Test
    void theOtherNamespaces_endWithTheConnection_forAReasonOfTheirOwn() throws Exception {
        for (int round = 0; round < 30; round++) {
            events.clear();
            IoClient client = joined().join("/admin,");
            await().until(() -> server.io.of("/admin").size() == 1);
            main.sockets().get(0).disconnect(true);
            client.end();

            await().untilAsserted(() -> assertThat(events)
                    .containsExactlyInAnyOrder(
                            "socket server namespace disconnect",
                            "/ server namespace disconnect",
                            "socket forced close",
                            "/admin forced close"));
            await().until(() -> server.io.of("/admin").size() == 0);
        }
    }

    @Test
    void aConnectionThatEnds_takesAllItsSocketsAlong() throws Exception {
        IoClient client = joined().join("/admin,");
        client.close();

        await().untilAsserted(() -> assertThat(events)
                .containsExactlyInAnyOrder(
                        "socket transport close",
                        "/ transport close",
                        "socket transport close",
                        "/admin transport close"));
    }

    @Test
    void aConnectionThatIsLost_isATransportClose() throws Exception {
        joined().drop();
        awaitLeft("transport close");
    }

    @Test
    void aClientThatAnswersNoPing_isAPingTimeout() throws Exception {
        server.stop();
        serve(SocketIoConfig.defaults().connections().withHeartbeat(Duration.ofMillis(100), Duration.ofMillis(400)));
        joined();
        awaitLeft("ping timeout");
    }

    @Test
    void aMessageThatIsTooLarge_isATransportError() throws Exception {
        joined().send("2[\"" + "x".repeat(1000) + "\"]");
        awaitLeft("transport error");
    }

    @Test
    void aListenerForTheEndThatThrows_isCounted_andTheOthersAreCalled() throws Exception {
        IoClient client = joined();
        main.sockets().get(0).onDisconnect((socket, reason) -> {
            throw new IllegalStateException("wanted by the test");
        });
        main.sockets().get(0).onDisconnect((socket, reason) -> events.add("last"));
        client.send("1");

        await().untilAsserted(() -> assertThat(events)
                .containsExactly("socket client namespace disconnect", "last", "/ client namespace disconnect"));
        assertThat(server.io.counts().listenerFailures()).isEqualTo(1);
    }
}
