package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServer.class)
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbPoolTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private TestServer.Tenant tenant;
    private MariaDbPool pool;

    @BeforeEach
    void setUp(TestServer.Tenant tenant) {
        this.tenant = tenant;
        this.pool = new MariaDbPool(tenant.config().withSize(4));
    }

    @AfterEach
    void tearDown() throws Exception {
        pool.stop(Deadline.after(SOON));
    }

    @Test
    void construction_opensNothing() throws Exception {
        assertThat(tenant.connections()).isZero();
        assertThat(pool.stats()).isEqualTo(new PoolStats(0, 0, 0, 0, 0));
    }

    @Test
    void start_returnsWhenAllConnectionsAreOpen() throws Exception {
        pool.start();

        assertThat(pool.stats()).isEqualTo(new PoolStats(4, 0, 4, 0, 4));
        assertThat(tenant.connections()).isEqualTo(4 + 1);
    }

    @Test
    void borrowBeforeStart_isRefusedAndSaysSo() {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> pool.dataSource().getConnection())
                .withMessage("pool \"main\" has not been started and gives no connection");
    }

    @Test
    void borrowAfterStop_isRefusedAndSaysSo() throws Exception {
        pool.start();
        pool.stop(Deadline.after(SOON));

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> pool.dataSource().getConnection())
                .withMessage("pool \"main\" has been stopped and gives no connection");
    }

    @Test
    void dataSourceTakenBeforeStart_givesConnectionsAfterIt() throws Exception {
        var dataSource = pool.dataSource();
        pool.start();

        try (Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(pool.stats()).isEqualTo(new PoolStats(4, 1, 3, 0, 4));
        }
        assertThat(pool.dataSource()).isSameAs(dataSource);
    }

    @Test
    void secondStart_isRefused() throws Exception {
        pool.start();

        assertThatIllegalStateException()
                .isThrownBy(pool::start)
                .withMessage("pool \"main\" is open and cannot be started");
    }

    @Test
    void startAfterStop_isRefused() throws Exception {
        pool.stop(Deadline.after(SOON));

        assertThatIllegalStateException()
                .isThrownBy(pool::start)
                .withMessage("pool \"main\" has been stopped and cannot be started");
    }

    @Test
    void drainOfAnIdlePool_returnsAtOnce() throws Exception {
        pool.drain(Deadline.after(Duration.ZERO));
        pool.start();

        pool.drain(Deadline.after(Duration.ZERO));
    }

    @Test
    void drain_waitsForTheBorrower() throws Exception {
        pool.start();
        Connection borrowed = pool.dataSource().getConnection();
        CompletableFuture<Void> draining = CompletableFuture.runAsync(this::drain);

        await().during(Duration.ofMillis(100)).until(() -> !draining.isDone());
        borrowed.close();

        assertThat(draining).succeedsWithin(SOON);
    }

    @Test
    void drain_waitsForThoseWhoWaitForAConnection_evenIfNoneIsBorrowed() throws Exception {
        pool = new MariaDbPool(tenant.config().withSize(1));
        pool.start();
        tenant.lock();
        // Finds the only connection dead; the pool drops it and cannot replace it.
        assertThatIllegalStateException().isThrownBy(() -> execute("SELECT 1"));
        CompletableFuture<Connection> waiter = CompletableFuture.supplyAsync(this::borrow);
        await().until(() -> pool.stats().equals(new PoolStats(0, 0, 0, 1, 1)));

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> pool.drain(Deadline.after(Duration.ZERO)))
                .withMessage(
                        "pool \"main\" is not drained at the deadline: 0 connections are still borrowed, 1 waiting");
        CompletableFuture<Void> draining = CompletableFuture.runAsync(this::drain);
        await().during(Duration.ofMillis(50)).until(() -> !draining.isDone());

        tenant.unlock();
        waiter.get(5, TimeUnit.SECONDS).close();
        assertThat(draining).succeedsWithin(SOON);
    }

    @Test
    void drain_waitsForAConnectionThatIsHandedToAWaiter() throws Exception {
        pool = new MariaDbPool(tenant.config().withSize(1));
        pool.start();
        Connection borrowed = pool.dataSource().getConnection();
        CompletableFuture<Connection> waiter = CompletableFuture.supplyAsync(this::borrow);
        await().until(() -> pool.stats().waiting() == 1);
        CompletableFuture<Void> draining = CompletableFuture.runAsync(this::drain);

        borrowed.close();
        try (Connection second = waiter.get(5, TimeUnit.SECONDS)) {
            assertThat(second.isValid(1)).isTrue();
            assertThat(draining).isNotDone();
        }
        assertThat(draining).succeedsWithin(SOON);
    }

    @Test
    void borrowingDuringDrain_isAllowed() throws Exception {
        pool.start();
        Connection borrowed = pool.dataSource().getConnection();
        CompletableFuture<Void> draining = CompletableFuture.runAsync(this::drain);

        try (Connection another = pool.dataSource().getConnection()) {
            assertThat(another.isValid(1)).isTrue();
        }
        assertThat(draining).isNotDone();
        borrowed.close();
        assertThat(draining).succeedsWithin(SOON);
    }

    @Test
    void drainThatRunsOutOfTime_saysHowManyAreStillBorrowed() throws Exception {
        pool.start();
        try (Connection one = pool.dataSource().getConnection();
                Connection two = pool.dataSource().getConnection()) {
            assertThat(one).isNotSameAs(two);
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> pool.drain(Deadline.after(Duration.ofMillis(30))))
                    .withMessageStartingWith(
                            "pool \"main\" is not drained at the deadline: 2 connections are still borrowed,"
                                    + " 0 waiting; borrowed by"
                                    + " MariaDbPoolTest.drainThatRunsOutOfTime_saysHowManyAreStillBorrowed:");
        }
    }

    @Test
    void drainThatIsInterrupted_saysHowManyAreStillBorrowed() throws Exception {
        pool.start();
        try (Connection borrowed = pool.dataSource().getConnection()) {
            assertThat(borrowed.isValid(1)).isTrue();
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> pool.drain(Deadline.after(SOON)))
                    .withMessageStartingWith(
                            "pool \"main\" was interrupted while draining: 1 connection is still borrowed,"
                                    + " 0 waiting; borrowed by MariaDbPoolTest.drainThatIsInterrupted_");
        }
    }

    @Test
    void connectionThatBreaks_isInFlightUntilItsBorrowerHasClosedIt() throws Exception {
        pool.start();
        Connection borrowed = pool.dataSource().getConnection();
        try (Statement statement = borrowed.createStatement()) {
            tenant.lock();
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("SELECT 1"));
        }
        assertThat(pool.stats().active()).isZero();

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> pool.drain(Deadline.after(Duration.ZERO)))
                .withMessageStartingWith(
                        "pool \"main\" is not drained at the deadline: 1 connection is still borrowed, 0 waiting; borrowed by MariaDbPoolTest.");
        borrowed.close();
        pool.drain(Deadline.after(Duration.ZERO));
    }

    @Test
    void drainedPool_hasNoBorrowedConnection() throws Exception {
        pool.start();
        for (int round = 0; round < 300; round++) {
            Connection borrowed = pool.dataSource().getConnection();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(borrowed));
            pool.drain(Deadline.after(SOON));

            assertThat(pool.stats().active()).isZero();
            closing.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void borrowedConnection_equalsItselfOnly_andThrowsWhatTheDriverThrows() throws Exception {
        pool.start();
        try (Connection one = pool.dataSource().getConnection();
                Connection other = pool.dataSource().getConnection()) {
            assertThat(one).isEqualTo(one).isNotEqualTo(other);
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> one.setTransactionIsolation(-7));
            assertThat(one.unwrap(org.mariadb.jdbc.Connection.class).getThreadId())
                    .isPositive();
        }
    }

    @Test
    void twoPoolsStoppedInParallel_quitInGoodOrderAndLeaveNothing() throws Exception {
        MariaDbPool d4 = new MariaDbPool(
                PoolConfig.of("d4", tenant.config().url(), tenant.config().user(), TestServer.PASSWORD));
        pool = new MariaDbPool(tenant.config());
        pool.start();
        d4.start();
        assertThat(tenant.connections()).isEqualTo(2 * (10 + 1));
        int aborted = tenant.abortedClients();

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> stop(pool));
        stop(d4);
        assertThat(stopping).succeedsWithin(SOON);

        await().atMost(SOON).until(() -> tenant.connections() == 0);
        assertThat(tenant.abortedClients()).isEqualTo(aborted);
        await().atMost(SOON)
                .until(() -> threadsOf("main").isEmpty() && threadsOf("d4").isEmpty());
    }

    @Test
    void connectionsBorrowedAtStop_areAbortedAndCounted() throws Exception {
        pool.start();
        CompletableFuture<Void> query = CompletableFuture.runAsync(() -> execute("SELECT SLEEP(60)"));
        await().until(() -> tenant.number("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE"
                        + " 'SELECT SLEEP%' AND USER = '" + tenant.name() + "'")
                == 1);

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> pool.stop(Deadline.after(SOON)))
                .withMessageStartingWith(
                        "pool \"main\": 1 connection is still borrowed at stop and had to be aborted; open"
                                + " transactions were rolled back; borrowed by MariaDbPoolTest.execute:");
        assertThat(query).failsWithin(SOON);
        await().atMost(SOON).until(() -> tenant.connections() == 0);
    }

    @Test
    void secondStop_doesNothing() throws Exception {
        pool.start();
        pool.stop(Deadline.after(SOON));

        pool.stop(Deadline.after(Duration.ZERO));
    }

    @Test
    void toString_namesPoolAndState() throws Exception {
        pool.start();

        assertThat(pool)
                .hasToString("pool \"main\" is open [jdbc:mariadb://127.0.0.1:"
                        + tenant.server().port() + "/" + tenant.name() + "]");
    }

    static java.util.List<String> threadsOf(String pool) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(pool + ":"))
                .toList();
    }

    private Connection borrow() {
        try {
            return pool.dataSource().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void drain() {
        try {
            pool.drain(Deadline.after(SOON));
        } catch (TimeoutException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void stop(MariaDbPool pool) {
        try {
            pool.stop(Deadline.after(SOON));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
