package dev.quiesce.web;

import static org.awaitility.Awaitility.await;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A real MariaDB that the process tests of one run share, with a user of its own for the service. */
final class ServiceDatabase implements AutoCloseable {
    static final String USER = "service";
    static final String PASSWORD = "not-told-to-anyone";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EmbeddedMariaDb server;
    private final Connection inspector;

    private ServiceDatabase() throws Exception {
        server = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
        server.start();
        inspector = DriverManager.getConnection(server.jdbcUrl("main"), server.user(), server.password());
        execute("create user " + USER + " identified by '" + PASSWORD + "'");
        execute("grant all on main.* to " + USER);
        execute("grant all on d4.* to " + USER);
    }

    /** Gives test methods and constructors the one database. */
    static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ServiceDatabase.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.create(ServiceDatabase.class))
                    .computeIfAbsent(ServiceDatabase.class, key -> open(), ServiceDatabase.class);
        }

        private static ServiceDatabase open() {
            try {
                return new ServiceDatabase();
            } catch (Exception e) {
                throw new IllegalStateException("The test's MariaDB did not start", e);
            }
        }
    }

    /** Returns the environment of a service that uses this database, on free ports, with the drill endpoints. */
    Map<String, String> environment() {
        return Map.of(
                "QUIESCE_HTTP_HOST",
                "127.0.0.1",
                "QUIESCE_HTTP_PORT",
                "0",
                "QUIESCE_ADMIN_PORT",
                "0",
                "QUIESCE_DRILL",
                "true",
                "QUIESCE_DB_MAIN_URL",
                server.jdbcUrl("main"),
                "QUIESCE_DB_MAIN_USER",
                USER,
                "QUIESCE_DB_MAIN_PASSWORD",
                PASSWORD,
                "QUIESCE_DB_D4_URL",
                server.jdbcUrl("d4"),
                "QUIESCE_DB_D4_USER",
                USER,
                "QUIESCE_DB_D4_PASSWORD",
                PASSWORD);
    }

    /** Returns how many connections the server counts as aborted, those refused for a wrong password not included. */
    long abortedClients() throws SQLException {
        return Long.parseLong(column("select variable_value from information_schema.global_status"
                        + " where variable_name = 'ABORTED_CLIENTS'")
                .get(0));
    }

    /**
     * Waits until the service has no connection, as the server may see the end of one after the service has exited. It has
     * counted it then, if it was aborted.
     */
    void awaitNoConnectionOfTheService() {
        await("no connection of the service")
                .atMost(PATIENCE)
                .until(
                        () -> column("select id from information_schema.processlist where user = '" + USER + "'"),
                        List::isEmpty);
    }

    /** Waits until the service is in the middle of a transaction that sleeps. */
    void awaitTransaction() {
        await("transaction of the service")
                .atMost(PATIENCE)
                .until(
                        () -> column("select id from information_schema.processlist where user = '" + USER
                                + "' and info like 'select sleep%'"),
                        connections -> !connections.isEmpty());
    }

    synchronized List<String> column(String query) throws SQLException {
        try (Statement statement = inspector.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    synchronized void execute(String sql) throws SQLException {
        try (Statement statement = inspector.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        try (inspector) {
            server.stop(Deadline.after(Duration.ofSeconds(20)));
        } catch (Exception e) {
            throw new IllegalStateException("The test's MariaDB did not stop", e);
        }
    }
}
