package dev.quiesce.web.testing;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The two databases of the service on a MariaDB of their own, migrated; shared by all test classes of a run. */
public final class Databases implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
    private final MariaDbPool main = pool("main");
    private final MariaDbPool d4 = pool("d4");

    private Databases() {}

    private static Databases start() {
        Databases databases = new Databases();
        try {
            databases.server.start();
            databases.main.start();
            databases.d4.start();
            return databases;
        } catch (Exception e) {
            throw new IllegalStateException("the databases of the tests have not started", e);
        }
    }

    public DataSource main() {
        return main.dataSource();
    }

    public DataSource d4() {
        return d4.dataSource();
    }

    /** Returns the JDBC URL of a database of the server. */
    public String url(String database) {
        return server.jdbcUrl(database);
    }

    /** Runs one statement on a database. */
    public static void execute(DataSource database, String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns the number that a query of a database gives. */
    public static long number(DataSource database, String query) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() {
        try {
            main.stop(Deadline.after(PATIENCE));
            d4.stop(Deadline.after(PATIENCE));
            server.stop(Deadline.after(PATIENCE));
        } catch (Exception e) {
            throw new IllegalStateException("the databases of the tests have not stopped", e);
        }
    }

    private MariaDbPool pool(String name) {
        return new MariaDbPool(PoolConfig.of(name, server.jdbcUrl(name), server.user(), server.password())
                .withMigrations("db/" + name));
    }

    /** Hands the databases to the tests that ask for them, and closes them after the last one. */
    public static final class Provider implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Databases.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.GLOBAL)
                    .computeIfAbsent(Databases.class, key -> Databases.start(), Databases.class);
        }
    }
}
