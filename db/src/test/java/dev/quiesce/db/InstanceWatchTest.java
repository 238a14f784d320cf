package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.io.BufferedReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which instances of a service are said to have died: those that were killed or have vanished, and no others. */
@ExtendWith(TestServer.class)
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InstanceWatchTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration ORPHANS_AFTER = Duration.ofSeconds(4);

    /** With a second for a busy machine. */
    private static final Duration IN_TIME = ORPHANS_AFTER.plusSeconds(1);

    private final TestServer.Tenant tenant;
    private final RecordedInstances remains = new RecordedInstances();
    private final List<MariaDbPool> pools = new ArrayList<>();
    private Process predecessor;

    InstanceWatchTest(TestServer.Tenant tenant) {
        this.tenant = tenant;
    }

    @BeforeEach
    void createTable() throws SQLException {
        tenant.execute("create table counter (value int) engine = InnoDB");
    }

    @AfterEach
    void stopAll() throws Exception {
        if (predecessor != null) {
            predecessor.destroyForcibly().waitFor();
        }
        for (MariaDbPool pool : pools) {
            pool.stop(Deadline.after(SOON));
        }
    }

    @Test
    void instanceThatWasKilledBeforeItsSuccessorStarted_isSaidToBeDead() throws Exception {
        remains.others.add(startPredecessor());
        predecessor.destroyForcibly().waitFor();
        startPool(remains);

        await().atMost(IN_TIME).until(() -> !remains.dead.isEmpty());
        assertThat(remains.dead).containsOnly(remains.others.iterator().next());
    }

    @Test
    void instanceThatIsSilent_isSaidToBeDead_andNotBefore() throws Exception {
        startPool(remains);
        remains.others.add(startPredecessor());
        await().during(ORPHANS_AFTER).atMost(SOON).until(remains.dead::isEmpty);

        // The server cannot tell this from a host that has vanished: neither says a word, nor that it has gone.
        Servers.signal("STOP", predecessor.pid());

        await().atMost(IN_TIME).until(() -> !remains.dead.isEmpty());
    }

    @Test
    void instanceThatIsBack_isNotSaidToBeDeadAnyMore() throws Exception {
        startPool(remains);
        remains.others.add(startPredecessor());
        Servers.signal("STOP", predecessor.pid());
        await().atMost(SOON).until(() -> !remains.dead.isEmpty());
        Servers.signal("CONT", predecessor.pid());
        await().atMost(SOON).until(() -> isShown(remains.others.iterator().next()));

        TimeUnit.MILLISECONDS.sleep(ORPHANS_AFTER.toMillis() / 5); // for a look that is under way
        remains.dead.clear();
        await().during(ORPHANS_AFTER).atMost(SOON).until(remains.dead::isEmpty);
    }

    @Test
    void instanceThatHasLostItsConnectionForAMoment_takesItsLockAgain_andIsNotSaidToBeDead() throws Exception {
        RecordedInstances other = new RecordedInstances();
        startPool(other);
        startPool(remains);
        remains.others.add(other.own);
        int lost = tenant.number("select is_used_lock('quiesce:alive:" + other.own + "')");

        tenant.execute("kill connection " + lost);

        await().during(ORPHANS_AFTER).atMost(SOON).until(remains.dead::isEmpty);
        assertThat(isShown(other.own)).isTrue();
    }

    @Test
    void whoeverHoldsALockElsewhere_orHasNeverHadOne_isNotSaidToBeDead() throws Exception {
        startPool(remains);
        remains.others.add("of an older version");
        remains.others.add("0123456789abcdef" + remains.own.substring(16)); // of another server
        remains.others.add(remains.own);

        await().during(ORPHANS_AFTER).atMost(SOON).until(remains.dead::isEmpty);
        assertThat(isShown(remains.own)).isTrue();
    }

    @Test
    void nameThatNoLockCanHave_doesNotDisturbThePool() throws Exception {
        startPool(remains);
        int holder = tenant.number("select is_used_lock('quiesce:alive:" + remains.own + "')");
        remains.others.add("x".repeat(200));

        await().during(ORPHANS_AFTER)
                .atMost(SOON)
                .until(() -> tenant.number("select is_used_lock('quiesce:alive:" + remains.own + "')") == holder);
        assertThat(remains.dead).isEmpty();
    }

    @Test
    void whoeverIsMissedByOneConnection_isNotSaidToBeDeadByTheNext_beforeItWasMissedForLong() throws Exception {
        Duration longest = Duration.ofMillis(300);
        InstanceWatch watch = new InstanceWatch("main", longest);
        watch.add(remains);
        try (Connection connection = connect();
                Connection next = connect()) {
            RollCall roll = new RollCall(connection, "scope");
            watch.connected(roll);
            remains.others.add(otherThan(remains.own));
            watch.look(roll);
            TimeUnit.MILLISECONDS.sleep(longest.toMillis());

            RollCall nextRoll = new RollCall(next, "scope");
            watch.connected(nextRoll);
            watch.look(nextRoll);
            assertThat(remains.dead).isEmpty();

            TimeUnit.MILLISECONDS.sleep(longest.toMillis());
            watch.look(nextRoll);
            assertThat(remains.dead).containsExactlyElementsOf(remains.others);
        }
    }

    @Test
    void lockThatIsStillHeldByTheLostConnection_isTakenOnceItIsFree() throws Exception {
        InstanceWatch watch = new InstanceWatch("main", SOON);
        watch.add(remains);
        try (Connection lost = connect();
                Connection next = connect()) {
            watch.connected(new RollCall(lost, "scope"));
            RollCall roll = new RollCall(next, "scope");
            watch.connected(roll);
            lost.abort(Runnable::run);
            await().atMost(SOON).until(() -> !isShown(remains.own));

            watch.look(roll);

            assertThat(isShown(remains.own)).isTrue();
        }
    }

    @Test
    void poolThatIsNotToCareForOrphans_namesNoInstance() throws Exception {
        start(tenant.config().withSize(1).withOrphansAfter(Duration.ZERO), remains);

        assertThat(remains.own).isNull();
    }

    @Test
    void poolThatHasStarted_watchesNothingMore() throws Exception {
        MariaDbPool pool = startPool(remains);

        assertThatIllegalStateException()
                .isThrownBy(() -> pool.watch(remains))
                .withMessage("pool \"main\" is open and watches nothing more");
    }

    @Test
    void failuresOfWhatIsWatched_neitherKeepItFromBeingCalled_norDisturbOthersOrThePool() throws Exception {
        RecordedInstances failing = new RecordedInstances();
        failing.fails = true;
        MariaDbPool pool = startPool(failing, remains);
        String name = otherThan(remains.own);
        remains.others.add(name);
        int holder = tenant.number("select is_used_lock('quiesce:alive:" + remains.own + "')");

        await().atMost(SOON).until(() -> !remains.dead.isEmpty());
        failing.others.add(name);
        failing.fails = false;
        await().atMost(SOON).until(() -> !failing.dead.isEmpty());

        assertThat(failing.own).isEqualTo(remains.own);
        assertThat(tenant.number("select is_used_lock('quiesce:alive:" + remains.own + "')"))
                .isEqualTo(holder);
        assertThat(pool.stats().idle()).isEqualTo(1);
    }

    @Test
    void whoeverIsNotShown_isFoundAmongManyByOneQuery() throws Exception {
        try (Connection connection = connect();
                Connection other = connect()) {
            RollCall roll = new RollCall(connection, "scope");
            assertThat(roll.show("a")).isTrue();
            assertThat(new RollCall(other, "scope").show("a")).isFalse();

            assertThat(roll.notShown(Set.of())).isEmpty();
            assertThat(roll.notShown(Set.of("a", "b", "c"))).containsExactlyInAnyOrder("b", "c");
        }
    }

    private MariaDbPool startPool(RecordedInstances... watched) throws Exception {
        return start(tenant.config().withSize(1).withOrphansAfter(ORPHANS_AFTER), watched);
    }

    private MariaDbPool start(PoolConfig config, RecordedInstances... watched) throws Exception {
        MariaDbPool pool = new MariaDbPool(config);
        for (RecordedInstances each : watched) {
            pool.watch(each);
        }
        pools.add(pool);
        pool.start();
        return pool;
    }

    /** Starts a process that has a pool, and returns its name once it waits for commands, since a pause before might end it. */
    private String startPredecessor() throws Exception {
        predecessor = PoolProgram.start(tenant);
        BufferedReader output = predecessor.inputReader();
        String name = null;
        for (String line = output.readLine(); !"READY".equals(line); line = output.readLine()) {
            assertThat(line).isNotNull();
            if (line.startsWith("Lives as ")) {
                name = line.substring("Lives as ".length());
            }
        }
        assertThat(name).isNotNull();
        return name;
    }

    private static String otherThan(String name) {
        return name.substring(0, 17) + "0".repeat(32);
    }

    private boolean isShown(String name) throws SQLException {
        return tenant.number("select is_free_lock('quiesce:alive:" + name + "')") == 0;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(tenant.server().jdbcUrl(tenant.name()), tenant.name(), TestServer.PASSWORD);
    }
}
