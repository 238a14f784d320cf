package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is in a namespace: on one instance, on several, and when one dies. */
@Timeout(60)
class NamespaceUsersTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration LEASE = Duration.ofSeconds(2);

    @RegisterExtension
    private static final LogDatabase database = new LogDatabase();

    private final List<Instance> instances = new ArrayList<>();

    @AfterEach
    void stopInstances() throws Exception {
        for (Instance instance : instances) {
            instance.stop();
        }
    }

    private Instance start(EventLog log) throws Exception {
        Instance instance = new Instance(
                SocketIoConfig.defaults(),
                log,
                main -> main.use(client -> {
                    if (client.auth().get("name") instanceof String name) {
                        client.user(name);
                    }
                }));
        instances.add(instance);
        return instance;
    }

    private Instance startOnDatabase() throws Exception {
        return start(new DatabaseEventLog(
                database.dataSource(), DatabaseEventLogConfig.defaults().withLease(LEASE)));
    }

    private static RecoveringClient join(Instance instance, String name) throws Exception {
        return new RecoveringClient(Map.of("name", name)).connect(instance.port());
    }

    private static void awaitUsers(Instance instance, Duration grace, String... names) {
        await().untilAsserted(() -> assertThat(instance.main.users(grace)).containsExactly(names));
    }

    @Test
    void everyUserCountsOnce_onWhicheverInstance_andGuestsDoNot() throws Exception {
        Instance one = startOnDatabase();
        Instance other = startOnDatabase();
        join(one, "bert");
        join(one, "anna");
        join(other, "anna");
        new RecoveringClient().connect(other.port());

        awaitUsers(one, Duration.ZERO, "anna", "bert");
        awaitUsers(other, Duration.ZERO, "anna", "bert");
    }

    @Test
    void whoVanishes_countsForTheGraceOnly_andWhoLeavesDoesNot() throws Exception {
        for (Instance instance : List.of(startOnDatabase(), start(EventLog.inMemory(Retention.defaults())))) {
            join(instance, "anna").vanish();
            RecoveringClient bert = join(instance, "bert");
            awaitUsers(instance, Duration.ZERO, "bert");

            bert.send("41");

            awaitUsers(instance, Duration.ZERO);
            awaitUsers(instance, LONG, "anna");
        }
    }

    @Test
    void logThatKeepsNothing_knowsThoseWhoAreHere() throws Exception {
        Instance instance = start(EventLog.none());
        join(instance, "anna");

        awaitUsers(instance, LONG, "anna");
    }

    @Test
    void usersOfAnInstanceThatIsSilent_vanishWhenItsLeaseEnds() throws Exception {
        Instance instance = startOnDatabase();
        join(instance, "anna");
        pretendInstance("alive", 0);
        pretendInstance("dead", LEASE.toMillis() + 1);

        assertThat(instance.main.users(Duration.ZERO)).containsExactly("anna", "user of alive");
        await().atMost(LEASE.multipliedBy(2))
                .untilAsserted(
                        () -> assertThat(instance.main.users(Duration.ZERO)).containsExactly("anna"));
    }

    private void pretendInstance(String name, long silentMillis) throws SQLException {
        database.execute("insert into socket_instance values ('" + name + "', 1, 0, " + LogTables.NOW + " - "
                + silentMillis + ")");
        database.execute("insert into socket_session"
                + " (recovery_hash, id, namespace, user_name, since, generation, rooms, data, instance)"
                + " values (unhex(sha2('" + name + "', 256)), '" + name + "', '/', 'user of " + name
                + "', 0, 0, '[]', '{}', '" + name + "')");
    }
}
