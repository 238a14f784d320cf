package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.realtime.engineio.EngineIoConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Recovery from a log in memory: a client that comes back goes on where it was, or is told that it does not. */
@Timeout(30)
class RecoveryTest {
    private final List<String> left = new CopyOnWriteArrayList<>();
    private @Nullable Instance server;
    private Namespace main;

    private Instance serve(Retention retention) throws Exception {
        return serve(SocketIoConfig.defaults(), retention);
    }

    private Instance serve(SocketIoConfig config, Retention retention) throws Exception {
        Instance fresh = new Instance(
                config,
                EventLog.inMemory(retention),
                namespace -> namespace
                        .use(client -> {
                            if (client.auth().get("user") instanceof String user) {
                                client.user(user);
                            }
                            client.put("seen", "first");
                        })
                        .onDisconnect((socket, reason) -> left.add(reason.toString())));
        server = fresh;
        main = fresh.main;
        return fresh;
    }

    private int port() throws Exception {
        return (server == null ? serve(Retention.defaults()) : server).port();
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.stop();
        }
    }

    private IoSocket socket() {
        await().until(() -> main.size() == 1);
        return main.sockets().get(0);
    }

    private void lose(RecoveringClient client) {
        client.vanish();
        await().until(() -> main.size() == 0);
    }

    private static void awaitEvents(RecoveringClient client, Object... expected) {
        await().untilAsserted(() -> assertThat(client.events)
                .containsExactly(
                        java.util.Arrays.stream(expected).map(String::valueOf).toArray(String[]::new)));
    }

    @Test
    void aClientThatComesBack_hasItsIdRoomsAndData_andWhatItHasMissed_inOrder() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        String id = client.id;
        IoSocket before = socket();
        before.join("room", "left again");
        before.leave("left again");
        before.put("seen", Map.of("pages", 2));
        main.emit("n", "got");
        awaitEvents(client, "got");
        lose(client);

        main.emit("n", "to all");
        main.to("room").emit("n", "to the room");
        main.to("left again").emit("n", "not for it");
        main.except("room").emit("n", "not for it");
        main.to(String.valueOf(id)).emit("n", "to it alone");
        before.emit("n", "to it directly");
        server.io.of("/other").emit("n", "elsewhere");
        client.connect(port());
        main.emit("n", "live");

        awaitEvents(client, "got", "to all", "to the room", "to it alone", "to it directly", "live");
        assertThat(client.recovered).isTrue();
        assertThat(client.id).isEqualTo(id);
        IoSocket after = socket();
        assertThat(after).isNotSameAs(before);
        assertThat(after.isRecovered()).isTrue();
        assertThat(after.rooms()).containsExactly("room");
        assertThat(after.get("seen")).contains(Map.of("pages", 2));
        assertThat(server.io.counts().recovered()).isEqualTo(1);
    }

    @Test
    void aClientThatHasGotNothingYet_isRecoveredToo() throws Exception {
        port();
        main.emit("n", "before it came");
        RecoveringClient client = new RecoveringClient().connect(port());
        assertThat(client.offset()).isNull();
        lose(client);
        main.emit("n", "missed");
        client.connect(port());

        awaitEvents(client, "missed");
        assertThat(client.recovered).isTrue();
    }

    @Test
    void aClientThatIsLostAgainAndAgain_missesNothing() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        List<Object> expected = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            main.emit("n", 2 * round);
            expected.add(2 * round);
            if (round % 2 == 0) {
                awaitEvents(client, expected.toArray());
            }
            lose(client);
            main.emit("n", 2 * round + 1);
            expected.add(2 * round + 1);
            client.connect(port());
            assertThat(client.recovered).isTrue();
        }
        awaitEvents(client, expected.toArray());
    }

    @Test
    void directVolatileAndBinaryEvents_carryOffsetsToo_sothatNothingIsDoubled() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        main.emit("n", "one");
        socket().emit("n", "direct");
        socket().asVolatile().emit("n", "volatile");
        main.all().asVolatile().emit("n", "a text as the last argument");
        awaitEvents(client, "one", "direct", "volatile", "a text as the last argument");
        assertThat(client.offset()).isNotEqualTo("a text as the last argument");
        lose(client);
        main.all().asVolatile().emit("n", "volatile is not kept");
        main.emit("n", (Object) new byte[] {1});
        main.emit("n", "kept");
        client.connect(port());

        awaitEvents(client, "one", "direct", "volatile", "a text as the last argument", "kept");
        assertThat(client.recovered).isTrue();
    }

    @Test
    void eventsThatWantAnAnswer_areNotKept_andHaveNoOffset() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        lose(client);
        main.all().emitWithAck(Duration.ofSeconds(1), "n", "question");
        main.emit("n", "kept");
        client.connect(port());

        awaitEvents(client, "kept");
    }

    @Test
    void aSessionThatIsUnknown_orSomebodyElses_beginsAnew() throws Exception {
        RecoveringClient client = new RecoveringClient(new HashMap<>(Map.of("user", "ann"))).connect(port());
        String id = client.id;
        lose(client);
        main.emit("n", "ann's");
        client.beSomebodyElse("user", "bob");
        client.connect(port());
        assertThat(client.recovered).isFalse();
        assertThat(client.id).isNotEqualTo(id);
        assertThat(socket().get("seen")).contains("first");

        RecoveringClient guess = new RecoveringClient(Map.of("pid", "guessed", "offset", "1.x")).connect(port());
        assertThat(guess.recoveryId()).isNotEqualTo("guessed");
        assertThat(guess.id).isNotEqualTo(id);
        main.emit("n", "live");
        awaitEvents(client, "live");
        awaitEvents(guess, "live");
        assertThat(server.io.counts().recovered()).isZero();
    }

    @Test
    void aSessionOfAnotherNamespace_isNotRecovered() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        String recoveryId = client.recoveryId();
        server.io.of("/other");
        IoClient other = IoClient.open(port());
        other.send("0/other,{\"pid\":\"" + recoveryId + "\"}");

        assertThat(other.next()).doesNotContain(String.valueOf(recoveryId));
        assertThat(server.io.counts().recovered()).isZero();
    }

    @Test
    void anOffsetThatIsUnknown_beginsAnew() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        main.emit("n", "one");
        awaitEvents(client, "one");
        String recoveryId = client.recoveryId();
        lose(client);
        IoClient back = IoClient.open(port());
        back.send("0{\"pid\":\"" + recoveryId + "\",\"offset\":\"2.elsewhere\"}");

        assertThat(back.next()).doesNotContain(String.valueOf(recoveryId));
        assertThat(socket().isRecovered()).isFalse();
    }

    @Test
    void aClientThatWasAwayForTooLong_beginsAnew() throws Exception {
        serve(new Retention(Duration.ofMillis(1), 100));
        RecoveringClient client = new RecoveringClient().connect(port());
        lose(client);
        long gone = System.nanoTime();
        await().until(() -> System.nanoTime() - gone > 50_000_000);
        client.connect(port());

        assertThat(client.recovered).isFalse();
    }

    @Test
    void aClientThatHasMissedTooManyEvents_beginsAnew() throws Exception {
        serve(new Retention(Duration.ofMinutes(1), 5));
        RecoveringClient client = new RecoveringClient().connect(port());
        main.emit("n", "got");
        awaitEvents(client, "got");
        lose(client);
        for (int i = 0; i < 6; i++) {
            main.emit("n", i);
        }
        client.connect(port());
        assertThat(client.recovered).isFalse();
        main.emit("n", "live");
        awaitEvents(client, "got", "live");
    }

    @Test
    void aClientThatHasMissedMoreThanMayWaitForIt_beginsAnew_andOneThatHasMissedLessIsServed() throws Exception {
        EngineIoConfig small = SocketIoConfig.defaults().connections().withOutboundQueueBytes(20_000);
        serve(SocketIoConfig.defaults().withConnections(small), Retention.defaults());
        RecoveringClient client = new RecoveringClient().connect(port());
        lose(client);
        List<Object> expected = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            main.emit("n", "\u20ac" + i);
            expected.add("\u20ac" + i);
        }
        client.connect(port());
        assertThat(client.recovered).isTrue();
        awaitEvents(client, expected.toArray());
        lose(client);
        for (int i = 0; i < 30; i++) {
            main.emit("n", "\u20ac".repeat(150));
        }
        client.connect(port());
        assertThat(client.recovered).isFalse();
        assertThat(server.io.counts().connections().slowConsumers()).isZero();
    }

    @Test
    void whoeverHasLeftForGood_beginsAnew() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        client.send("41");
        await().until(() -> main.size() == 0);
        client.vanish();
        client.connect(port());
        assertThat(client.recovered).isFalse();

        socket().disconnect();
        await().until(() -> main.size() == 0);
        client.vanish();
        client.connect(port());
        assertThat(client.recovered).isFalse();

        socket().disconnect(true);
        await().until(() -> main.size() == 0);
        client.connect(port());
        assertThat(client.recovered).isFalse();
        await().untilAsserted(() -> assertThat(left)
                .containsExactly(
                        "client namespace disconnect", "server namespace disconnect", "server namespace disconnect"));
    }

    @Test
    void aClientThatIsBack_beforeItsOldConnectionWasNoticed_replacesIt() throws Exception {
        RecoveringClient first = new RecoveringClient().connect(port());
        IoSocket old = socket();
        old.join("room");
        main.emit("n", "both");
        awaitEvents(first, "both");
        String recoveryId = first.recoveryId();
        String offset = first.offset();
        IoClient back = IoClient.open(port());
        back.send("0{\"pid\":\"" + recoveryId + "\",\"offset\":\"" + offset + "\"}");
        assertThat(back.next()).contains("\"pid\":\"" + recoveryId + "\"").contains("\"sid\":\"" + first.id + "\"");
        assertThat(first.awaitClosed()).isEqualTo("1000 ");
        await().untilAsserted(() -> assertThat(left).containsExactly("replaced"));
        assertThat(old.isConnected()).isFalse();

        // What is done to the old socket does not reach the session that the new one has.
        old.join("late");
        old.leave("room");
        old.put("seen", "late");
        main.to("room").emit("n", "room");
        assertThat(back.next()).startsWith("2[\"n\",\"room\",");
        assertThat(socket().rooms()).containsExactly("room");
        back.drop();
        await().until(() -> main.size() == 0);
        first.connect(port());
        assertThat(first.recovered).isTrue();
        assertThat(socket().rooms()).containsExactly("room");
        assertThat(socket().get("seen")).contains("first");
    }

    @Test
    void whatIsDoneToASocketThatHasGone_isNotThereWhenItComesBack() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(port());
        IoSocket socket = socket();
        lose(client);
        socket.join("late");
        socket.put("seen", "late");
        client.connect(port());

        assertThat(client.recovered).isTrue();
        assertThat(socket().rooms()).isEmpty();
        assertThat(socket().get("seen")).contains("first");
    }

    @Test
    void aClientThatMiddlewareRefuses_isNotRecovered() throws Exception {
        RecoveringClient client = new RecoveringClient(new HashMap<>()).connect(port());
        lose(client);
        main.use(each -> {
            throw new ConnectRefusedException("no more");
        });

        assertThatThrownBy(() -> client.connect(port())).hasMessageContaining("no more");
        assertThat(main.size()).isZero();
    }

    @Test
    void withoutALog_nothingIsKept_andNoOffsetIsTold() throws Exception {
        server = new Instance(SocketIoConfig.defaults(), EventLog.none(), each -> {});
        main = server.main;
        RecoveringClient client = new RecoveringClient().connect(port());
        main.emit("n", 1);
        awaitEvents(client, 1);
        assertThat(client.recoveryId()).isNull();
        assertThat(client.offset()).isNull();
    }

    @Test
    void nothingCanBeSent_beforeTheStart() {
        SocketIoServer io = new SocketIoServer(SocketIoConfig.defaults(), EventLog.inMemory(Retention.defaults()));

        assertThatThrownBy(() -> io.of("/").emit("n"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before the server starts");
    }
}
