package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** Who gets a connection, and what is said to those who get none. */
@ExtendWith(TestServer.class)
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbPoolLendingTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private TestServer.Tenant tenant;
    private MariaDbPool pool;

    /** The common pool may have one thread only. */
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void setUp(TestServer.Tenant tenant) {
        this.tenant = tenant;
        this.pool = new MariaDbPool(tenant.config().withSize(4));
    }

    @AfterEach
    void tearDown() throws Exception {
        pool.stop(Deadline.after(SOON));
        threads.shutdownNow();
    }

    @Test
    void borrowFromAnExhaustedPool_failsAfterTheAcquireTimeout() throws Exception {
        pool = new MariaDbPool(tenant.config()
                .withSize(1)
                .withTimeouts(Duration.ofMillis(250), Duration.ofSeconds(2), Duration.ofSeconds(60)));
        pool.start();

        try (Connection borrowed = pool.dataSource().getConnection()) {
            assertThat(borrowed.isValid(1)).isTrue();
            assertThatExceptionOfType(SQLTransientConnectionException.class)
                    .isThrownBy(() -> pool.dataSource().getConnection())
                    .withMessageMatching(
                            "pool \"main\": there was no connection within 250 ms: 1 active, 0 idle, 0 waiting,"
                                    + " limit 1; the oldest borrower is"
                                    + " MariaDbPoolLendingTest\\.borrowFromAnExhaustedPool_failsAfterTheAcquireTimeout:\\d+ ←.* on .*"
                                    + " \\(\\d+ ms\\)");
        }
    }

    @Test
    void waitersBeyondTheBound_failAtOnce() throws Exception {
        pool = new MariaDbPool(tenant.config().withSize(1).withMaxWaiting(2));
        pool.start();
        Connection borrowed = pool.dataSource().getConnection();
        // Whichever is served first gives back what the other waits for.
        CompletableFuture<Void> waiters = CompletableFuture.allOf(
                CompletableFuture.runAsync(this::borrowAndGiveBack, threads),
                CompletableFuture.runAsync(this::borrowAndGiveBack, threads));
        await().until(() -> pool.stats().waiting() == 2);
        long begin = System.nanoTime();

        assertThatExceptionOfType(SQLTransientConnectionException.class)
                .isThrownBy(() -> pool.dataSource().getConnection())
                .withMessageStartingWith(
                        "pool \"main\": too many wait for a connection: 1 active, 0 idle, 2 waiting, limit 1;");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(500));
        borrowed.close();
        waiters.get(5, TimeUnit.SECONDS);
    }

    @Test
    void serverThatAllowsLessThanAllPoolsMayHave_isWarnedOf() throws Exception {
        int allowed = tenant.number("select @@max_connections");
        List<String> warnings = warningsOf(() -> pool.start());
        assertThat(warnings).isEmpty();

        MariaDbPool large = new MariaDbPool(tenant.config().withSize(1).withDemand(allowed + 1));
        assertThat(warningsOf(large::start))
                .containsExactly(
                        "Pool \"main\": the server at " + tenant.config().hosts() + " allows " + allowed
                                + " connections (max_connections), but its pools may have " + (allowed + 1)
                                + ", with the instance that a deploy starts beside the old one: raise the one or lower the others");
        large.stop(Deadline.after(SOON));
    }

    @Test
    void borrowersAndThoseWhoWait_areInFlight() throws Exception {
        pool = new MariaDbPool(tenant.config().withSize(1));
        assertThat(pool.inFlight()).hasValue(0);
        pool.start();
        assertThat(pool.inFlight()).hasValue(0);
        Connection borrowed = pool.dataSource().getConnection();
        CompletableFuture<Connection> waiter = CompletableFuture.supplyAsync(this::borrow);
        await().until(() -> pool.stats().waiting() == 1);

        assertThat(pool.inFlight()).hasValue(2);
        borrowed.close();
        borrowed.close();
        assertThat(pool.inFlight()).hasValue(1);
        waiter.get(5, TimeUnit.SECONDS).close();
        assertThat(pool.inFlight()).hasValue(0);
    }

    private interface Action {
        void run() throws Exception;
    }

    private static List<String> warningsOf(Action action) throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(MariaDbPool.class);
        ListAppender<ILoggingEvent> written = new ListAppender<>();
        written.start();
        logger.addAppender(written);
        try {
            action.run();
        } finally {
            logger.detachAppender(written);
        }
        return written.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private void borrowAndGiveBack() {
        try {
            borrow().close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection borrow() {
        try {
            return pool.dataSource().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
