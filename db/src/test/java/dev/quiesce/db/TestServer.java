package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One real server for all test classes; each {@link Tenant} has a database and a user of its own on it. */
final class TestServer implements ParameterResolver {
    static final String PASSWORD = "s3cret-Of-The-Test";

    private static final AtomicInteger TENANTS = new AtomicInteger();

    /** A database and its only user, so that the connections of one test can be told from all others. */
    record Tenant(EmbeddedMariaDb server, String name) {

        PoolConfig config() {
            return PoolConfig.of("main", server.jdbcUrl(name), name, PASSWORD);
        }

        int connections() throws SQLException {
            return number("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '" + name + "'");
        }

        int abortedClients() throws SQLException {
            return number("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
                    + " WHERE VARIABLE_NAME = 'ABORTED_CLIENTS'");
        }

        int abortedConnects() throws SQLException {
            return number("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
                    + " WHERE VARIABLE_NAME = 'ABORTED_CONNECTS'");
        }

        /** Ends all connections of the user and lets it open no others. */
        void lock() throws SQLException {
            execute("ALTER USER " + name + " ACCOUNT LOCK");
            execute("KILL USER " + name);
        }

        void unlock() throws SQLException {
            execute("ALTER USER " + name + " ACCOUNT UNLOCK");
        }

        void execute(String sql) throws SQLException {
            try (Connection connection = root(server, name);
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        int number(String sql) throws SQLException {
            try (Connection connection = root(server, name);
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(sql)) {
                result.next();
                return result.getInt(1);
            }
        }
    }

    static Connection root(EmbeddedMariaDb server, String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), server.user(), server.password());
    }

    static Tenant tenant(EmbeddedMariaDb server) throws SQLException {
        String name = "tenant" + TENANTS.incrementAndGet();
        try (Connection connection = root(server, "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            statement.execute("CREATE USER " + name + " IDENTIFIED BY '" + PASSWORD + "'");
            statement.execute("GRANT ALL ON " + name + ".* TO " + name);
        }
        return new Tenant(server, name);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Tenant.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Running running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(TestServer.class))
                .computeIfAbsent(Running.class, type -> new Running(), Running.class);
        try {
            return tenant(running.server);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Running implements AutoCloseable {
        private final EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.temporary());

        Running() {
            try {
                server.start();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                server.stop(Deadline.after(Duration.ofSeconds(20)));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
