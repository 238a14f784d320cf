package dev.quiesce.realtime.socketio;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class DatabaseEventLogTest {
    private static final DatabaseEventLogConfig CONFIG =
            DatabaseEventLogConfig.defaults().withPollInterval(Duration.ofMillis(10));

    @RegisterExtension
    private static final LogDatabase database = new LogDatabase();

    private final List<Instance> instances = new ArrayList<>();

    @AfterEach
    void stopInstances() throws Exception {
        for (Instance instance : instances) {
            instance.stop();
        }
    }

    private Instance start(DataSource dataSource, DatabaseEventLogConfig config, Consumer<Namespace> set)
            throws Exception {
        Instance instance = new Instance(SocketIoConfig.defaults(), new DatabaseEventLog(dataSource, config), set);
        instances.add(instance);
        return instance;
    }

    private Instance start(Consumer<Namespace> set) throws Exception {
        return start(database.dataSource(), CONFIG, set);
    }

    private Instance start() throws Exception {
        return start(main -> main.use(client -> {
                    if (client.auth().get("name") instanceof String name) {
                        client.user(name);
                    }
                })
                .onConnection(socket -> socket.on("join", event -> socket.join(event.text(0)))));
    }

    private void stop(Instance instance) throws Exception {
        instances.remove(instance);
        instance.stop();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    private static void emit(Instance instance, int from, int to) {
        numbers(from, to).forEach(number -> instance.main.emit("number", number));
    }

    private static void awaitEvents(RecoveringClient client, List<String> events) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(client.events).containsExactlyElementsOf(events));
    }

    @Test
    void aClientThatComesBackAfterARestart_goesOnWhereItWas() throws Exception {
        Instance before = start();
        RecoveringClient client = new RecoveringClient().connect(before.port());
        String id = client.id;
        client.emit("join", "room");
        await().until(() -> before.main.to("room").sockets().size() == 1);
        emit(before, 1, 3);
        before.main.to("room").emit("number", "4");
        before.main.to("elsewhere").emit("number", "not for this client");
        awaitEvents(client, numbers(1, 4));

        before.main.to(id).emit("number", "5");
        stop(before);
        assertThat(client.awaitClosed()).isEqualTo("1012 service restart");
        Instance after = start();
        after.main.to("room").emit("number", "6");
        after.main.to("elsewhere").emit("number", "not for this client");
        client.connect(after.port());
        after.main.to("room").emit("number", "7");

        awaitEvents(client, numbers(1, 7));
        assertThat(client.recovered).isTrue();
        assertThat(client.id).isEqualTo(id);
        assertThat(after.io.counts().recovered()).isEqualTo(1);
    }

    @Test
    void aClientThatHasGotNothingYet_recoversFromItsBeginning() throws Exception {
        Instance before = start();
        emit(before, 1, 2);
        RecoveringClient client = new RecoveringClient().connect(before.port());
        stop(before);
        Instance after = start();
        emit(after, 3, 4);

        client.connect(after.port());

        awaitEvents(client, numbers(3, 4));
        assertThat(client.recovered).isTrue();
    }

    @Test
    void aClientThatVanishes_findsEverythingWhenItIsBack() throws Exception {
        Instance instance = start();
        RecoveringClient client = new RecoveringClient().connect(instance.port());
        emit(instance, 1, 2);
        awaitEvents(client, numbers(1, 2));

        client.vanish();
        emit(instance, 3, 4);
        client.connect(instance.port());
        emit(instance, 5, 6);

        awaitEvents(client, numbers(1, 6));
        assertThat(client.recovered).isTrue();
    }

    @Test
    void whatIsKeptWithASocket_isThereAgain() throws Exception {
        List<Object> seen = new ArrayList<>();
        Consumer<Namespace> remembering = main -> main.onConnection(socket -> {
            seen.add(socket.isRecovered() + " " + socket.get("seat").orElse("none"));
            socket.on("sit", event -> socket.put("seat", event.text(0)));
        });
        Instance before = start(remembering);
        RecoveringClient client = new RecoveringClient().connect(before.port());
        client.emit("sit", "by the window");
        await().until(() -> database.number("select count(*) from socket_session where data like '%window%'") == 1);
        stop(before);

        Instance after = start(remembering);
        client.connect(after.port());

        await().untilAsserted(() -> assertThat(seen).containsExactly("false none", "true by the window"));
    }

    @Test
    void whoIsSomebodyElseNow_orHasLeft_orIsUnknown_beginsAnew() throws Exception {
        Instance instance = start();
        RecoveringClient ann = new RecoveringClient(Map.of("name", "ann")).connect(instance.port());
        String id = ann.id;
        ann.send("41");
        await().until(() -> database.number("select count(*) from socket_session") == 0);
        ann.vanish();
        ann.connect(instance.port());
        assertThat(ann.recovered).as("left").isFalse();
        assertThat(ann.id).isNotEqualTo(id);

        ann.vanish();
        ann.beSomebodyElse("name", "bob");
        ann.connect(instance.port());
        assertThat(ann.recovered).as("somebody else").isFalse();

        ann.vanish();
        database.execute("delete from socket_session");
        ann.connect(instance.port());
        assertThat(ann.recovered).as("unknown").isFalse();
    }

    @Test
    void whoHasWhatTheDatabaseHasLost_beginsAnew() throws Exception {
        Instance before = start();
        RecoveringClient client = new RecoveringClient().connect(before.port());
        emit(before, 1, 5);
        awaitEvents(client, numbers(1, 5));
        stop(before);
        // As after a crash of a server that does not write its log at every commit.
        database.execute("delete from socket_event where id > 3");
        database.execute("update socket_log set position = 3");

        Instance after = start();
        emit(after, 6, 8);
        client.connect(after.port());

        assertThat(client.recovered).isFalse();
    }

    @Test
    void whatARecoversBy_isNotInTheDatabase() throws Exception {
        Instance instance = start();
        RecoveringClient client = new RecoveringClient().connect(instance.port());
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(String.valueOf(client.recoveryId()).getBytes(StandardCharsets.UTF_8));

        assertThat(database.number("select count(*) from socket_session where recovery_hash = x'"
                        + HexFormat.of().formatHex(hash) + "'"))
                .isEqualTo(1);
    }

    @Test
    void whatOneInstanceSends_reachesTheClientsOfAll_inOneOrder() throws Exception {
        Instance one = start();
        Instance other = start();
        RecoveringClient here = new RecoveringClient().connect(one.port());
        RecoveringClient there = new RecoveringClient().connect(other.port());

        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> emit(one, 1, 300));
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> emit(other, 301, 600));
        first.get(20, TimeUnit.SECONDS);
        second.get(20, TimeUnit.SECONDS);

        await().atMost(Duration.ofSeconds(20)).until(() -> here.events.size() >= 600 && there.events.size() >= 600);
        assertThat(here.events).containsExactlyInAnyOrderElementsOf(numbers(1, 600));
        assertThat(there.events).containsExactlyElementsOf(here.events);
        assertThat(here.events.stream().filter(number -> Integer.parseInt(number) <= 300))
                .containsExactlyElementsOf(numbers(1, 300));
    }

    @Test
    void aClientThatGoesFromOneInstanceToAnother_missesNothing() throws Exception {
        Instance one = start();
        Instance other = start();
        RecoveringClient client = new RecoveringClient().connect(one.port());
        CompletableFuture<Void> emitting = CompletableFuture.runAsync(() -> emit(one, 1, 2000));
        for (int move = 0; move < 10; move++) {
            client.vanish();
            client.connect((move % 2 == 0 ? other : one).port());
            assertThat(client.recovered).isTrue();
        }
        emitting.get(20, TimeUnit.SECONDS);

        awaitEvents(client, numbers(1, 2000));
    }

    @Test
    void aCommitThatFails_isTriedAgain_andOneThatWasLostIsNot() throws Exception {
        FaultyDataSource faulty = new FaultyDataSource(database.dataSource());
        Instance instance = start(faulty.dataSource(), CONFIG, main -> {});
        RecoveringClient client = new RecoveringClient().connect(instance.port());

        faulty.failuresBeforeCommit.set(2);
        instance.main.all().publish("number", "1").toCompletableFuture().get(10, TimeUnit.SECONDS);
        faulty.failuresAfterCommit.set(1);
        instance.main.all().publish("number", "2").toCompletableFuture().get(10, TimeUnit.SECONDS);
        instance.main.all().publish("number", "3").toCompletableFuture().get(10, TimeUnit.SECONDS);

        awaitEvents(client, numbers(1, 3));
        assertThat(database.number("select count(*) from socket_event")).isEqualTo(3);
        assertThat(database.number("select position from socket_log")).isEqualTo(3);
    }

    @Test
    void whileTheDatabaseIsDown_eventsWait_andWhoJoinsIsAskedToComeBack() throws Exception {
        FaultyDataSource faulty = new FaultyDataSource(database.dataSource());
        Instance instance = start(faulty.dataSource(), CONFIG.withMaxWaitingBytes(2000), main -> {});
        RecoveringClient client = new RecoveringClient().connect(instance.port());

        faulty.down = true;
        emit(instance, 1, 3);
        RecoveringClient late = new RecoveringClient();
        await().untilAsserted(() -> assertThatThrownBy(() -> late.connect(instance.port()))
                .hasRootCauseMessage("closed with 1013 try again"));
        assertThatThrownBy(() -> emit(instance, 100, 200))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "more than 2000 bytes of events wait to be kept; the database says: the database is down");
        assertThat(client.events).isEmpty();

        faulty.down = false;
        await().until(() -> client.events.size() >= 3);
        assertThat(List.copyOf(client.events).subList(0, 3)).containsExactlyElementsOf(numbers(1, 3));
        late.connect(instance.port());
    }

    @Test
    void stoppingWithTheDatabaseDown_saysWhatWasNotKept_andEndsInTime() throws Exception {
        FaultyDataSource faulty = new FaultyDataSource(database.dataSource());
        Instance instance = start(faulty.dataSource(), CONFIG, main -> {});
        faulty.down = true;
        emit(instance, 1, 3);

        assertThatThrownBy(() -> instance.io.stop(Deadline.after(Duration.ofMillis(300))))
                .hasMessageContaining("had 3 entries to keep at the deadline; the database says: the database is down");
        assertThatThrownBy(() -> emit(instance, 4, 4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("nothing can be sent any more: the log of the sockets has ended");
    }

    @Test
    void theSocketsOfAnInstanceThatHasDied_countAsGone() throws Exception {
        Instance instance = start(database.dataSource(), CONFIG.withLease(Duration.ofMillis(300)), main -> {});
        RecoveringClient client = new RecoveringClient().connect(instance.port());
        database.execute("insert into socket_instance values ('dead', 7, 0, 1000 * unix_timestamp() - 5000)");
        database.execute(
                "insert into socket_session (recovery_hash, id, namespace, since, generation, rooms, data, instance)"
                        + " values (x'00', 'lost', '/', 0, 0, '[]', '{}', 'dead')");

        await().until(() ->
                database.number("select count(*) from socket_session where id = 'lost' and gone is not null") == 1);

        assertThat(database.number(
                        "select count(*) from socket_session where id = '" + client.id + "' and gone is null"))
                .isEqualTo(1);
    }

    @Test
    void whatIsOld_isForgotten() throws Exception {
        Retention little = new Retention(Duration.ofMillis(200), 10);
        DatabaseEventLogConfig config = CONFIG.withRetention(little).withLease(Duration.ofMillis(300));
        Instance instance = start(database.dataSource(), config, main -> {});
        RecoveringClient client = new RecoveringClient().connect(instance.port());
        emit(instance, 1, 50);
        awaitEvents(client, numbers(1, 50));
        client.vanish();

        await().until(() -> database.number("select count(*) from socket_event") == 0
                && database.number("select count(*) from socket_session") == 0);

        client.connect(instance.port());
        assertThat(client.recovered).isFalse();
    }

    @Test
    void whatIsOld_isForgotten_alsoWhileEventsKeepComing() throws Exception {
        DatabaseEventLogConfig config = CONFIG.withPollInterval(Duration.ofSeconds(20))
                .withRetention(new Retention(Duration.ofMillis(200), 1000))
                .withLease(Duration.ofMillis(300));
        Instance instance = start(database.dataSource(), config, main -> {});
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> emitting = async(() -> {
            while (!enough.get()) {
                instance.main.all().publish("number", "1").toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
        });

        await().atMost(Duration.ofSeconds(10))
                .until(() -> database.number("select coalesce(min(id), 0) from socket_event") > 1);
        assertThat(emitting).isNotDone();
        enough.set(true);
        emitting.get(10, TimeUnit.SECONDS);
    }

    @Test
    void whoHasMissedMoreThanIsKept_beginsAnew() throws Exception {
        DatabaseEventLogConfig config = CONFIG.withRetention(new Retention(Duration.ofMinutes(1), 10));
        Instance instance = start(database.dataSource(), config, main -> {});
        RecoveringClient client = new RecoveringClient().connect(instance.port());
        emit(instance, 1, 1);
        awaitEvents(client, numbers(1, 1));
        client.vanish();
        emit(instance, 2, 30);
        instance.main.all().publish("number", "31").toCompletableFuture().get(10, TimeUnit.SECONDS);

        client.connect(instance.port());

        assertThat(client.recovered).isFalse();
    }

    @Test
    void anInstanceThatStops_leavesNothingOfItsOwn() throws Exception {
        Instance instance = start();
        new RecoveringClient().connect(instance.port());
        stop(instance);

        assertThat(database.number("select count(*) from socket_instance")).isZero();
        assertThat(database.number("select count(*) from socket_session where gone is null"))
                .isZero();
    }
}
