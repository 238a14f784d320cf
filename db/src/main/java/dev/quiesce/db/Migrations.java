package dev.quiesce.db;

import io.avaje.classpath.scanner.core.Scanner;
import io.ebean.migration.MigrationConfig;
import io.ebean.migration.MigrationRunner;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a pool's database to the newest version of its schema, at most one process at a time. */
final class Migrations {
    private static final Logger log = LoggerFactory.getLogger(MariaDbPool.class);

    private Migrations() {}

    /**
     * Applies the scripts of the configured folder that have not been applied yet, and closes the connection.
     *
     * @throws SQLException if there are no scripts, or one fails; the message names the cause
     */
    static void apply(PoolConfig config, Connection connection) throws SQLException {
        String folder = Objects.requireNonNull(config.migrations());
        MigrationConfig migrations = new MigrationConfig();
        migrations.setMigrationPath(folder);
        migrations.setPlatform("mariadb");
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader classes = context != null ? context : Migrations.class.getClassLoader();
        migrations.setClassLoader(classes);
        if (new Scanner(classes)
                .scanForResources(folder, name -> name.endsWith(".sql"))
                .isEmpty()) {
            throw new SQLException(
                    "pool \"" + config.name() + "\": the class path has no migrations (V1__name.sql) in \"" + folder
                            + "\"; correct the setting or add the scripts");
        }
        // The lock that serialises concurrent starts and a change of a large table may both take their time.
        Executor direct = Runnable::run;
        connection.setNetworkTimeout(direct, 0);
        try {
            new MigrationRunner(migrations).run(connection);
        } catch (RuntimeException e) {
            throw new SQLException(
                    "pool \"" + config.name() + "\": the migrations in \"" + folder
                            + "\" could not be applied; correct the script, and undo by hand what its first statements"
                            + " have changed, since MariaDB commits each change of the schema at once: "
                            + rootMessage(e),
                    e);
        }
    }

    /** Cuts the connection by which migrations run, and does not wait for that. */
    static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            log.warn("A migration could not be aborted: {}", e.getMessage());
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
