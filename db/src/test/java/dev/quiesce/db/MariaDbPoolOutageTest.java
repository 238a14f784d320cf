package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database that keeps its connections and answers nobody, as behind a network that drops every packet. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbPoolOutageTest {
    private final EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.temporary("main"));
    private MariaDbPool pool;
    private long pid;

    @BeforeEach
    void setUp() throws Exception {
        server.start();
        pid = Servers.process(server).pid();
        pool = new MariaDbPool(PoolConfig.of("main", server.jdbcUrl("main"), server.user(), server.password())
                .withSize(2));
        pool.start();
    }

    @AfterEach
    void tearDown() throws Exception {
        if (ProcessHandle.of(pid).isPresent()) {
            Servers.signal("CONT", pid);
        }
        server.stop(Deadline.after(Duration.ofSeconds(10)));
    }

    @Test
    void stopWithABusyConnection_endsByItsDeadlineAndSaysWhatHappened() throws Exception {
        CompletableFuture<Boolean> query = CompletableFuture.supplyAsync(this::sleeps);
        await().until(() -> pool.stats().active() == 1);
        Servers.signal("STOP", pid);

        long begin = System.nanoTime();
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> pool.stop(Deadline.after(Duration.ofMillis(500))))
                .withMessage("pool \"main\" could not close its connections in time, 1 of them borrowed: does the"
                        + " database at 127.0.0.1:" + server.port() + " answer?");

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(2));
        Servers.signal("CONT", pid);
        assertThat(query.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void stopWithIdleConnections_needsNoAnswer() throws Exception {
        Servers.signal("STOP", pid);

        pool.stop(Deadline.after(Duration.ofSeconds(2)));
    }

    @Test
    void borrowWithoutADatabase_saysWhyThereIsNone() throws Exception {
        int port = server.port();
        stopTheServer();
        try {
            assertThatExceptionOfType(SQLTransientConnectionException.class)
                    .isThrownBy(() -> pool.dataSource().getConnection())
                    .withMessageMatching("pool \"main\": there was no connection within 3000 ms: 0 active, 0 idle, \\d"
                            + " waiting, limit 2; the last connection could not be opened: pool \"main\": cannot reach"
                            + " 127.0.0.1:" + port + "; start the database, or correct the URL .*");
        } finally {
            pool.stop(Deadline.after(Duration.ofSeconds(5)));
        }
    }

    @Test
    void callersWithoutADatabase_areBounded_asTheyAreWithOne() throws Exception {
        stopTheServer();
        int callers = 100;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            CountDownLatch together = new CountDownLatch(callers);
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    together.countDown();
                    together.await();
                    try (Connection connection = pool.dataSource().getConnection()) {
                        return "a connection: " + connection;
                    } catch (SQLTransientConnectionException e) {
                        return e.getMessage();
                    }
                }));
            }
            int waited = 0;
            for (Future<String> answer : answers) {
                String said = answer.get();
                assertThat(said)
                        .containsAnyOf("there was no connection within 3000 ms", "too many wait for a connection");
                waited += said.contains("there was no connection") ? 1 : 0;
            }

            // Forty may wait, and two could have a connection.
            assertThat(waited).isBetween(40, 42);
        } finally {
            threads.shutdownNow();
            pool.stop(Deadline.after(Duration.ofSeconds(5)));
        }
    }

    private void stopTheServer() throws Exception {
        server.stop(Deadline.after(Duration.ofSeconds(10)));
        // For half a second the pool takes a connection that has been used for alive.
        Thread.sleep(600);
    }

    private boolean sleeps() {
        try (Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute("SELECT SLEEP(30)");
        } catch (SQLException e) {
            return false;
        }
    }
}
