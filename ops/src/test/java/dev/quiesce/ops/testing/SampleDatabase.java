package dev.quiesce.ops.testing;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A real MariaDB on a port of the loopback interface for sample services, shared by all tests of a run. Thread-safe. */
public final class SampleDatabase implements AutoCloseable {
    private static final String USER = "service";
    private static final String PASSWORD = "not-told-to-anyone";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));

    private SampleDatabase() {}

    /** Returns the variables of a sample service that uses this database. */
    public Map<String, String> environment() {
        return Map.of(
                "QUIESCE_DB_MAIN_URL", server.jdbcUrl("main"),
                "QUIESCE_DB_MAIN_USER", USER,
                "QUIESCE_DB_MAIN_PASSWORD", PASSWORD,
                "QUIESCE_DB_D4_URL", server.jdbcUrl("d4"),
                "QUIESCE_DB_D4_USER", USER,
                "QUIESCE_DB_D4_PASSWORD", PASSWORD);
    }

    private void addUser() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(server.jdbcUrl("main"), server.user(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("create user " + USER + " identified by '" + PASSWORD + "'");
            statement.execute("grant all on main.* to " + USER);
            statement.execute("grant all on d4.* to " + USER);
        }
    }

    /** Stops the server. */
    @Override
    public void close() {
        try {
            server.stop(Deadline.after(PATIENCE));
        } catch (Exception e) {
            throw new IllegalStateException("the MariaDB of the tests has not stopped", e);
        }
    }

    /** Hands the database to the tests that ask for it, and stops it after the last one. */
    public static final class Provider implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == SampleDatabase.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.create(SampleDatabase.class))
                    .computeIfAbsent(SampleDatabase.class, key -> start(), SampleDatabase.class);
        }

        private static SampleDatabase start() {
            SampleDatabase database = new SampleDatabase();
            try {
                database.server.start();
                database.addUser();
                return database;
            } catch (Exception e) {
                throw new IllegalStateException("the MariaDB of the tests has not started", e);
            }
        }
    }
}
