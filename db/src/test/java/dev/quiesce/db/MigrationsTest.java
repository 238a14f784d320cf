package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServer.class)
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MigrationsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void start_appliesTheScripts(TestServer.Tenant tenant) throws Exception {
        startAndStop(tenant, "db/good");

        assertThat(tenant.number("SELECT COUNT(*) FROM users")).isEqualTo(1);
    }

    @Test
    void secondStart_appliesOnlyWhatIsNew(TestServer.Tenant tenant) throws Exception {
        startAndStop(tenant, "db/good");
        startAndStop(tenant, "db/good");
        assertThat(tenant.number("SELECT COUNT(*) FROM users")).isEqualTo(1);

        startAndStop(tenant, "db/grown");
        assertThat(tenant.number("SELECT COUNT(*) FROM users")).isEqualTo(2);
    }

    @Test
    void startsAtTheSameTime_applyEachScriptOnce(TestServer.Tenant tenant) throws Exception {
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> startAndStop(tenant, "db/grown"));
        startAndStop(tenant, "db/grown");

        assertThat(other).succeedsWithin(Duration.ofSeconds(20));
        assertThat(tenant.number("SELECT COUNT(*) FROM users")).isEqualTo(2);
    }

    @Test
    void brokenScript_failsTheStartAndLeavesNoConnection(TestServer.Tenant tenant) throws Exception {
        MariaDbPool pool = new MariaDbPool(tenant.config().withMigrations("db/broken"));

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(pool::start)
                .withMessageStartingWith(
                        "pool \"main\": the migrations in \"db/broken\" could not be applied; correct the"
                                + " script, and undo by hand what its first statements have changed")
                .withMessageContaining("nobody' doesn't exist")
                .withMessageNotContaining(TestServer.PASSWORD);
        await().atMost(SOON).until(() -> tenant.connections() == 0);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> pool.dataSource().getConnection())
                .withMessage("pool \"main\" failed to start and gives no connection");
        pool.stop(Deadline.after(SOON));
    }

    @Test
    void folderThatDoesNotExist_failsTheStart(TestServer.Tenant tenant) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> startAndStopChecked(tenant, "db/nowhere"))
                .withMessage(
                        "pool \"main\": the class path has no migrations (V1__name.sql) in \"db/nowhere\"; correct the"
                                + " setting or add the scripts");
    }

    @Test
    void folderWithoutScripts_failsTheStart(TestServer.Tenant tenant) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> startAndStopChecked(tenant, "db/empty"))
                .withMessageContaining("no migrations (V1__name.sql) in \"db/empty\"");
    }

    @Test
    void socketTimeout_doesNotBoundMigrations(TestServer.Tenant tenant) throws Exception {
        MariaDbPool pool = new MariaDbPool(tenant.config()
                .withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1))
                .withMigrations("db/two_seconds"));
        pool.start();

        assertThat(tenant.number("SELECT COUNT(*) FROM db_migration WHERE id > 0"))
                .isEqualTo(1);
        pool.stop(Deadline.after(SOON));
    }

    @Test
    void stopDuringALongMigration_abortsItAtTheDeadlineAndSaysSo(TestServer.Tenant tenant) throws Exception {
        MariaDbPool pool = new MariaDbPool(tenant.config().withMigrations("db/slow"));
        CompletableFuture<Throwable> starting = MariaDbPoolStartTest.startInBackground(pool);
        await().atMost(SOON)
                .until(() -> tenant.number("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '"
                                + tenant.name() + "' AND INFO LIKE '%SLEEP%'")
                        == 1);

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> pool.stop(Deadline.after(Duration.ofSeconds(1))))
                .withMessage("pool \"main\": its migrations were still running at the deadline and have been aborted;"
                        + " check the schema before the next start");
        assertThat(starting).succeedsWithin(SOON).isInstanceOf(SQLException.class);
        await().atMost(SOON).until(() -> tenant.connections() == 0);
    }

    private static void startAndStop(TestServer.Tenant tenant, String migrations) {
        try {
            startAndStopChecked(tenant, migrations);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void startAndStopChecked(TestServer.Tenant tenant, String migrations) throws Exception {
        MariaDbPool pool = new MariaDbPool(tenant.config().withSize(1).withMigrations(migrations));
        pool.start();
        pool.stop(Deadline.after(SOON));
    }
}
