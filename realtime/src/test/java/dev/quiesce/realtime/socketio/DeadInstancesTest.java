package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.db.MariaDbPool;
import dev.quiesce.lifecycle.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of the sockets of an instance that is said to be dead, rightly or not. */
@Timeout(60)
class DeadInstancesTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LONG = Duration.ofMinutes(1);

    @RegisterExtension
    private static final LogDatabase database = new LogDatabase();

    private final List<Instance> instances = new ArrayList<>();
    private final List<MariaDbPool> pools = new ArrayList<>();

    @AfterEach
    void stopAll() throws Exception {
        for (Instance instance : instances) {
            instance.stop();
        }
        for (MariaDbPool pool : pools) {
            pool.stop(Deadline.after(SOON));
        }
    }

    private static DatabaseEventLog log(DataSource data, Duration lease) {
        return new DatabaseEventLog(
                data,
                DatabaseEventLogConfig.defaults()
                        .withPollInterval(Duration.ofMillis(10))
                        .withLease(lease));
    }

    private Instance start(DatabaseEventLog log) throws Exception {
        Instance instance = new Instance(
                SocketIoConfig.defaults(),
                log,
                main -> main.use(client -> client.user((String) client.auth().get("name"))));
        instances.add(instance);
        return instance;
    }

    /** Starts an instance that a pool shows to live. */
    private Instance startShown(MariaDbPool pool, DataSource data, Duration lease) throws Exception {
        DatabaseEventLog log = log(data, lease);
        pool.watch(log.remains());
        pools.add(pool);
        pool.start();
        return start(log);
    }

    private static RecoveringClient join(Instance instance, String name) throws Exception {
        return new RecoveringClient(Map.of("name", name)).connect(instance.port());
    }

    private static List<String> users(Instance instance) throws SQLException {
        return List.copyOf(instance.main.users(Duration.ZERO));
    }

    private long gone(RecoveringClient client) throws SQLException {
        return database.number(
                "select count(*) from socket_session where id = '" + client.id + "' and gone is not null");
    }

    @Test
    void socketsOfAnInstanceThatIsNotShownToLiveAnyMore_countAsGone_longBeforeItsLeaseEnds() throws Exception {
        Duration lease = Duration.ofSeconds(12);
        MariaDbPool pool = database.newPool();
        FaultyDataSource data = new FaultyDataSource(database.dataSource());
        Instance dying = startShown(pool, data.dataSource(), lease);
        RecoveringClient anna = join(dying, "anna");
        // Neither its lock nor a sign of life is there any more, as after the end of its process.
        data.down = true;
        pool.stop(Deadline.after(SOON));

        Instance successor = startShown(database.newPool(), database.dataSource(), lease);
        RecoveringClient bert = join(successor, "bert");

        assertThat(users(successor)).containsExactly("anna", "bert");
        await().atMost(Duration.ofSeconds(7)).until(() -> gone(anna) == 1);
        assertThat(users(successor)).containsExactly("bert");
        assertThat(gone(bert)).isZero();
        data.down = false;
    }

    @Test
    void instanceThatShowsSignsOfLife_isNotBuried_whateverIsSaid() throws Exception {
        Duration lease = LEASE.multipliedBy(2);
        DatabaseEventLog mistaken = shown(log(database.dataSource(), lease), "b");
        Instance instance = start(shown(log(database.dataSource(), lease), "a"));
        Instance other = start(mistaken);
        RecoveringClient anna = join(instance, "anna");

        await().during(lease).atMost(SOON).until(() -> {
            mistaken.remains().instanceDied("a");
            assertThat(database.number("select count(*) from socket_instance where seen < 0"))
                    .as("buried, be it for a moment")
                    .isZero();
            return gone(anna) == 0 && users(other).equals(List.of("anna"));
        });
        assertThat(mistaken.remains().otherInstances()).containsExactly("a");
    }

    @Test
    void instanceThatWasBuriedByMistake_isThereAgainWithItsNextSign_beforeItsLeaseHasEnded() throws Exception {
        FaultyDataSource data = new FaultyDataSource(database.dataSource());
        DatabaseEventLog mistaken = shown(log(database.dataSource(), LEASE), "b");
        Instance instance = start(shown(log(data.dataSource(), LEASE), "a"));
        Instance other = start(mistaken);
        RecoveringClient anna = join(instance, "anna");
        data.down = true;
        awaitGone(anna, mistaken);
        assertThat(users(other)).isEmpty();
        assertThat(mistaken.remains().otherInstances()).isEmpty();

        data.down = false;

        await().atMost(LEASE.dividedBy(2)).until(() -> users(other).equals(List.of("anna")));
        assertThat(gone(anna)).isZero();
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(mistaken.remains().otherInstances()).containsExactly("a"));
    }

    /** As after a pause of the whole machine, in which its own clock has stood still. */
    @Test
    void instanceThatWasBuriedByMistake_isThereAgain_howeverBusyItIs_andHoweverShortTheTimeSeemedToIt()
            throws Exception {
        Instance instance = start(shown(log(database.dataSource(), LEASE), "a"));
        Instance other = start(shown(log(database.dataSource(), LEASE), "b"));
        RecoveringClient anna = join(instance, "anna");
        database.execute("update socket_instance set seen = -seen where id = 'shown:a'");
        database.execute("update socket_session set gone = since where id = '" + anna.id + "'");

        await().atMost(SOON).pollInterval(Duration.ofMillis(5)).until(() -> {
            instance.main.emit("busy", "yes");
            return users(other).equals(List.of("anna")) && gone(anna) == 0;
        });
        assertThat(database.number("select seen > 0 from socket_instance where id = 'shown:a'"))
                .isEqualTo(1);
    }

    @Test
    void whoLeavesAnInstanceThatWasBuriedByMistake_staysGone() throws Exception {
        FaultyDataSource data = new FaultyDataSource(database.dataSource());
        DatabaseEventLog mistaken = shown(log(database.dataSource(), LEASE), "b");
        Instance instance = start(shown(log(data.dataSource(), LEASE), "a"));
        Instance other = start(mistaken);
        RecoveringClient anna = join(instance, "anna");
        RecoveringClient bert = join(instance, "bert");
        data.down = true;
        awaitGone(anna, mistaken);
        bert.vanish();
        await().until(() -> instance.main.size() == 2 && instance.io.size() == 1);

        data.down = false;

        await().atMost(SOON).until(() -> users(other).equals(List.of("anna")));
        await().during(LEASE.dividedBy(2)).atMost(SOON).until(() -> gone(bert) == 1 && gone(anna) == 0);
    }

    @Test
    void instanceThatNobodyShowsToLive_isLeftToItsLease() throws Exception {
        DatabaseEventLog log = shown(log(database.dataSource(), LONG), "b");
        start(log);
        pretendInstance("of-an-older-version", LONG.dividedBy(2));
        pretendInstance("shown:a", LONG.dividedBy(2));
        log.remains().instanceDied("of-an-older-version");
        log.remains().instanceDied("a");

        await().atMost(SOON)
                .until(() -> database.number("select count(*) from socket_session where gone is not null") == 1);
        assertThat(database.number(
                        "select count(*) from socket_session where id = 'of-an-older-version' and gone is null"))
                .isEqualTo(1);
    }

    @Test
    void instanceThatHadDied_longBeforeAnySuccessorStarted_leavesNothing() throws Exception {
        start(log(database.dataSource(), LEASE));
        pretendInstance("dead", Duration.ofDays(1));

        await().atMost(SOON)
                .until(() -> database.number("select count(*) from socket_session") == 0
                        && database.number("select count(*) from socket_instance where id = 'dead'") == 0);
    }

    private static DatabaseEventLog shown(DatabaseEventLog log, String name) {
        log.remains().instanceLives(name);
        return log;
    }

    private void awaitGone(RecoveringClient client, DatabaseEventLog mistaken) {
        await().atMost(LEASE).until(() -> {
            mistaken.remains().instanceDied("a");
            return gone(client) == 1;
        });
    }

    private void pretendInstance(String id, Duration silence) throws SQLException {
        database.execute("insert into socket_instance values ('" + id + "', 1, 0, " + LogTables.NOW + " - "
                + silence.toMillis() + ")");
        database.execute("insert into socket_session"
                + " (recovery_hash, id, namespace, since, generation, rooms, data, instance)"
                + " values (unhex(sha2('" + id + "', 256)), '" + id + "', '/', 0, 0, '[]', '{}', '" + id + "')");
    }
}
