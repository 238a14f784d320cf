package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of the connections of a process that has been killed, or has vanished without a word, and of all others. */
@ExtendWith(TestServer.class)
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PresenceTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration ORPHANS_AFTER = Duration.ofSeconds(4);

    /** With a second for a busy machine. */
    private static final Duration IN_TIME = ORPHANS_AFTER.plusSeconds(1);

    private static final int SIZE = 2;

    private final TestServer.Tenant tenant;
    private final List<MariaDbPool> pools = new ArrayList<>();
    private Process predecessor;

    PresenceTest(TestServer.Tenant tenant) {
        this.tenant = tenant;
    }

    @BeforeEach
    void createTable() throws SQLException {
        execute("create table counter (value int) engine = InnoDB");
        execute("insert into counter values (1)");
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
    void connectionsOfAKilledProcess_areEnded_withItsQuery() throws Exception {
        startPredecessor();
        predecessor.destroyForcibly().waitFor();
        startPool();

        await().atMost(IN_TIME).until(() -> tenant.connections() == SIZE + 1);
        assertRowIsFree();
    }

    @Test
    void connectionsOfAProcessThatIsSilent_areEnded_andNoOthers() throws Exception {
        startPredecessor(); // it has the watch itself
        List<Long> orphans = connectionIds();
        startPool();
        try (Connection application = connect()) {
            List<Long> others = connectionIds();
            others.removeAll(orphans);
            // The server cannot tell this from a host that has vanished: neither says a word, nor that it has gone.
            Servers.signal("STOP", predecessor.pid());
            startPool();

            await().atMost(IN_TIME).until(() -> tenant.connections() == 2 * (SIZE + 1) + 1);
            assertThat(connectionIds()).containsAll(others);
            assertThat(application.isValid(1)).isTrue();
            assertRowIsFree();
        }
    }

    @Test
    void processThatWasSilent_goesOnWithNewConnections() throws Exception {
        startPool();
        BufferedReader output = startPredecessor();
        Servers.signal("STOP", predecessor.pid());
        await().atMost(SOON).until(() -> tenant.connections() == SIZE + 1);
        Servers.signal("CONT", predecessor.pid());

        predecessor.getOutputStream().write('\n');
        predecessor.getOutputStream().flush();

        assertThat(lineWith("Row: ", output)).isEqualTo("Row: 1");
        await().atMost(SOON).until(() -> numbersInUse().size() == 2);
    }

    @Test
    void poolThatWatched_isFollowedByAnother() throws Exception {
        MariaDbPool first = startPool();
        startPool();
        first.stop(Deadline.after(SOON));
        startPredecessor();
        predecessor.destroyForcibly().waitFor();

        await().atMost(IN_TIME).until(() -> tenant.connections() == SIZE + 1);
    }

    @Test
    void poolThatHasLostItsNumbersConnectionOnly_keepsAllOthers() throws Exception {
        MariaDbPool pool = startPool();
        startPool();
        List<Long> before = connectionIds();
        long lost = holders().get(0);

        execute("kill connection " + lost);
        await().atMost(SOON).until(() -> holders().size() == 2);

        before.remove(lost);
        await().during(ORPHANS_AFTER).atMost(SOON).until(() -> connectionIds().containsAll(before));
        assertThat(pool.stats().idle()).isEqualTo(SIZE);
    }

    @Test
    void poolThatCannotTakeItsNumberAgain_butWorks_isNotTakenForDead() throws Exception {
        startPool();
        long watcher = holders().get(0);
        MariaDbPool pool = startPool();
        List<Long> before = connectionIds();
        long lost = holders().stream().filter(id -> id != watcher).findFirst().orElseThrow();
        tenant.execute("alter user " + tenant.name() + " account lock");
        try {
            tenant.execute("kill connection " + lost);
            before.remove(lost);

            await().during(ORPHANS_AFTER.plusSeconds(1)).atMost(SOON).until(() -> areAllAlive(pool));
            assertThat(connectionIds()).containsAll(before);
            assertThat(holders()).containsExactly(watcher);
        } finally {
            tenant.unlock();
        }
        await().atMost(SOON).until(() -> holders().size() == 2);
    }

    @Test
    void poolWhoseNumberHasBeenTaken_takesAnother_andReplacesItsConnections() throws Exception {
        startPool();
        List<Long> before = connectionIds();
        long holder = holders().get(0);
        int number = numbersInUse().get(0);
        try (Connection other = connect()) {
            try (Statement statement = other.createStatement()) {
                statement.execute("kill connection " + holder);
                // It is free as soon as the connection has ended.
                statement.execute("select get_lock('" + prefix() + number + "', 5)");
            }

            await().atMost(SOON)
                    .until(() -> numbersInUse().size() == 2
                            && connectionIds().stream().noneMatch(before::contains)
                            && tenant.connections() == SIZE + 2);
            int taken = numbersInUse().stream()
                    .filter(each -> each != number)
                    .findFirst()
                    .orElseThrow();
            assertThat(connectionsOf(taken)).hasSize(SIZE);
        }
    }

    @Test
    void poolThatHasLostAllItsConnections_isKnownByItsNewOnes() throws Exception {
        MariaDbPool pool = startPool();
        List<Long> before = connectionIds();
        tenant.execute("kill user " + tenant.name());
        // The pool itself notices when it lends them, which may well be before the number has been taken again.
        await().atMost(SOON).until(() -> areAllAlive(pool));

        await().atMost(SOON).until(() -> {
            List<Integer> numbers = numbersInUse();
            return numbers.size() == 1 && connectionsOf(numbers.get(0)).size() == SIZE;
        });
        assertThat(connectionIds()).doesNotContainAnyElementsOf(before).hasSize(SIZE + 1);
    }

    @Test
    void poolThatIsNotToCareForOrphans_hasNoFurtherConnection() throws Exception {
        start(tenant.config().withSize(SIZE).withOrphansAfter(Duration.ZERO));

        assertThat(tenant.connections()).isEqualTo(SIZE);
        assertThat(numbersInUse()).isEmpty();
    }

    @Test
    void statementThatTakesTooLong_isEndedByTheServer() throws Exception {
        MariaDbPool pool = start(tenant.config().withSize(1).withStatementTimeout(Duration.ofMillis(200)));

        try (Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.executeUpdate("update counter set value = sleep(30)"))
                    .withMessageContaining("max_statement_time exceeded");
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    private MariaDbPool startPool() throws Exception {
        return start(tenant.config().withSize(SIZE).withOrphansAfter(ORPHANS_AFTER));
    }

    private MariaDbPool start(PoolConfig config) throws Exception {
        MariaDbPool pool = new MariaDbPool(config);
        pools.add(pool);
        pool.start();
        return pool;
    }

    private BufferedReader startPredecessor() throws Exception {
        predecessor = PoolProgram.start(tenant);
        BufferedReader output = predecessor.inputReader();
        lineWith("READY", output);
        await().atMost(SOON)
                .until(() -> tenant.number("select count(*) from information_schema.processlist where user = '"
                                + tenant.name() + "' and info = 'select sleep(60)'")
                        == 1);
        return output;
    }

    private static boolean areAllAlive(MariaDbPool pool) {
        try (Connection one = pool.dataSource().getConnection();
                Connection other = pool.dataSource().getConnection()) {
            return one.isValid(1) && other.isValid(1);
        } catch (SQLException dead) {
            return false;
        }
    }

    private static String lineWith(String text, BufferedReader output) throws IOException {
        String line = output.readLine();
        while (line != null && !line.contains(text)) {
            line = output.readLine();
        }
        assertThat(line).as("line with %s", text).isNotNull();
        return line;
    }

    private void assertRowIsFree() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set innodb_lock_wait_timeout = 1");
            assertThat(statement.executeUpdate("update counter set value = value + 1"))
                    .isEqualTo(1);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(tenant.server().jdbcUrl(tenant.name()), tenant.name(), TestServer.PASSWORD);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<Long> connectionIds() throws SQLException {
        return ids("select id from information_schema.processlist where id <> connection_id() and user = '"
                + tenant.name() + "'");
    }

    private String prefix() {
        return "quiesce:" + RollCall.scopeOf(tenant.name()) + ":";
    }

    private List<Long> holders() throws SQLException {
        return ids("with recursive n (number) as (select 0 union all select number + 1 from n where number < 255)"
                + " select is_used_lock(concat('" + prefix() + "', number)) id from n where is_used_lock(concat('"
                + prefix() + "', number)) in"
                + " (select id from information_schema.processlist where user = '" + tenant.name() + "')");
    }

    private List<Integer> numbersInUse() throws SQLException {
        List<Long> holders = holders();
        return IntStream.range(0, RollCall.NUMBERS)
                .filter(number -> isHeldBy(number, holders))
                .boxed()
                .toList();
    }

    private boolean isHeldBy(int number, List<Long> holders) {
        try {
            return holders.contains(ids("select coalesce(is_used_lock('" + prefix() + number + "'), 0)")
                    .get(0));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<RollCall.Tagged> connectionsOf(int number) throws SQLException {
        try (Connection connection = connect()) {
            return new RollCall(connection, RollCall.scopeOf(tenant.name())).connectionsOf(number);
        }
    }

    private List<Long> ids(String query) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (Connection root = TestServer.root(tenant.server(), "");
                Statement statement = root.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }
}
