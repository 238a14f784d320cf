package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServer.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbPoolStartTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void wrongPassword_isSaidPlainly(TestServer.Tenant tenant) {
        PoolConfig config = PoolConfig.of("main", tenant.config().url(), tenant.name(), "hidden");

        assertThatStartFails(config)
                .withMessageStartingWith("pool \"main\": the database refuses user \"" + tenant.name()
                        + "\" with this password; check user and password")
                .withMessageEndingWith("[url jdbc:mariadb://127.0.0.1:"
                        + tenant.server().port() + "/" + tenant.name() + ", user " + tenant.name() + "]")
                .withMessageNotContaining("hidden");
    }

    @Test
    void unknownDatabase_isSaidPlainly(TestServer.Tenant tenant) throws Exception {
        PoolConfig config = PoolConfig.of("main", tenant.server().jdbcUrl("nowhere"), "root", "");

        assertThatStartFails(config)
                .withMessageStartingWith("pool \"main\": the server at 127.0.0.1:"
                        + tenant.server().port() + " has no such database; create it or correct the URL")
                .withMessageContaining("Unknown database 'nowhere'");
    }

    @Test
    void databaseOfAnotherUser_isSaidPlainly(TestServer.Tenant tenant) {
        PoolConfig config = PoolConfig.of("main", tenant.server().jdbcUrl("mysql"), tenant.name(), TestServer.PASSWORD);

        assertThatStartFails(config)
                .withMessageStartingWith(
                        "pool \"main\": user \"" + tenant.name() + "\" has no rights on this database; grant them");
    }

    @Test
    void nothingListening_isSaidPlainly() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        PoolConfig config = PoolConfig.of("d4", "jdbc:mariadb://127.0.0.1:" + port + "/d4", "app", "hidden");

        assertThatStartFails(config)
                .withMessageStartingWith(
                        "pool \"d4\": cannot reach 127.0.0.1:" + port + "; start the database, or correct the URL")
                .withMessageContaining("Connection refused")
                .withMessageNotContaining("hidden");
    }

    @Test
    void serverThatNeverAnswers_isGivenUpAfterTheConnectTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PoolConfig config = PoolConfig.of(
                            "main", "jdbc:mariadb://127.0.0.1:" + silent.getLocalPort() + "/main", "app", "")
                    .withTimeouts(Duration.ofSeconds(3), Duration.ofMillis(200), Duration.ofSeconds(60));

            assertThatStartFails(config)
                    .withMessageStartingWith("pool \"main\": cannot reach 127.0.0.1:" + silent.getLocalPort());
        }
    }

    @Test
    void tlsThatTheServerDoesNotHave_isSaidPlainly(TestServer.Tenant tenant) {
        String url = "jdbc:mariadb://127.0.0.1:" + tenant.server().port() + "/" + tenant.name();
        PoolConfig config = PoolConfig.of("main", url + "?sslMode=verify-full", tenant.name(), TestServer.PASSWORD);

        assertThatStartFails(config)
                .withMessageStartingWith("pool \"main\": no TLS connection to 127.0.0.1:"
                        + tenant.server().port()
                        + "; give the server a certificate that this host trusts, or set sslMode=disable in the URL");
    }

    @Test
    void serverWithoutEnoughConnections_failsTheStartAndGivesThemBack(TestServer.Tenant tenant) throws Exception {
        try (Connection root = TestServer.root(tenant.server(), "");
                Statement statement = root.createStatement()) {
            statement.execute("ALTER USER " + tenant.name() + " WITH MAX_USER_CONNECTIONS 3");
        }
        int aborted = tenant.abortedClients();
        PoolConfig config = tenant.config()
                .withSize(3)
                .withTimeouts(Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofSeconds(60));

        assertThatStartFails(config)
                .withMessageStartingWith("pool \"main\": opened 2 of 3 connections, then: pool \"main\":")
                .withMessageContaining("max_user_connections");
        await().atMost(SOON).until(() -> tenant.connections() == 0);
        assertThat(tenant.abortedClients()).isEqualTo(aborted);
    }

    @Test
    void stopAtAnyMomentOfTheStart_leavesNoConnection(TestServer.Tenant tenant) throws Exception {
        int abortedClients = tenant.abortedClients();
        int abortedConnects = tenant.abortedConnects();
        Random random = new Random(20261122);
        for (int round = 0; round < 40; round++) {
            MariaDbPool pool =
                    new MariaDbPool(tenant.config().withSize(3).withMigrations(round % 2 == 0 ? "db/good" : null));
            CompletableFuture<Throwable> starting = startInBackground(pool);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(150_000)));

            pool.stop(Deadline.after(SOON));

            assertThat(starting).succeedsWithin(SOON);
            assertThat(pool.stats()).isEqualTo(new PoolStats(0, 0, 0, 0, 0));
            await().pollInterval(Duration.ofMillis(2)).atMost(SOON).until(() -> tenant.connections() == 0);
        }
        assertThat(tenant.abortedClients()).isEqualTo(abortedClients);
        assertThat(tenant.abortedConnects()).isEqualTo(abortedConnects);
        await().atMost(SOON).until(() -> MariaDbPoolTest.threadsOf("main").isEmpty());
    }

    @Test
    void interruptAtAnyMomentOfTheStart_endsItAndLeavesNoConnection(TestServer.Tenant tenant) throws Exception {
        int abortedClients = tenant.abortedClients();
        Random random = new Random(20261123);
        for (int round = 0; round < 20; round++) {
            MariaDbPool pool = new MariaDbPool(tenant.config().withSize(3));
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread starter = new Thread(() -> outcome.complete(outcomeOfStart(pool)));
            starter.start();
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(100_000)));

            starter.interrupt();

            Throwable thrown = outcome.get(5, TimeUnit.SECONDS);
            if (thrown != NOTHING) {
                assertThat(thrown).isInstanceOf(InterruptedException.class);
            }
            pool.stop(Deadline.after(SOON));
            await().pollInterval(Duration.ofMillis(2)).atMost(SOON).until(() -> tenant.connections() == 0);
        }
        assertThat(tenant.abortedClients()).isEqualTo(abortedClients);
    }

    @Test
    void interruptWhileTheServerIsSilent_endsTheStartAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            MariaDbPool pool = new MariaDbPool(
                    PoolConfig.of("main", "jdbc:mariadb://127.0.0.1:" + silent.getLocalPort() + "/main", "app", "")
                            .withTimeouts(Duration.ofSeconds(3), Duration.ofMillis(1500), Duration.ofSeconds(60)));
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            Thread starter = new Thread(() -> outcome.complete(outcomeOfStart(pool)));
            starter.start();
            silent.accept().setTcpNoDelay(true);

            starter.interrupt();

            assertThat(outcome).succeedsWithin(Duration.ofSeconds(1)).isInstanceOf(InterruptedException.class);
            pool.stop(Deadline.after(SOON));
        }
    }

    static final Throwable NOTHING = new Throwable("the start succeeded");

    static CompletableFuture<Throwable> startInBackground(MariaDbPool pool) {
        return CompletableFuture.supplyAsync(() -> outcomeOfStart(pool));
    }

    private static Throwable outcomeOfStart(MariaDbPool pool) {
        try {
            pool.start();
            return NOTHING;
        } catch (Exception e) {
            return e;
        }
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<SQLException> assertThatStartFails(
            PoolConfig config) {
        MariaDbPool pool = new MariaDbPool(config);
        return assertThatExceptionOfType(SQLException.class).isThrownBy(pool::start);
    }
}
