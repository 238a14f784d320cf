package dev.quiesce.session;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.Deadline;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A database of its own for each test, on a real MariaDB that all tests of the run share. */
final class TestDatabase implements AutoCloseable {
    static final int POOL_SIZE = 4;
    static final int MAX_WAITING = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final EmbeddedMariaDb server;
    private final String name = "sessions" + COUNT.incrementAndGet();
    private final MariaDbPool pool;

    private TestDatabase(EmbeddedMariaDb server) throws Exception {
        this.server = server;
        execute("", "create database " + name + " character set latin1");
        pool = new MariaDbPool(PoolConfig.of(name, server.jdbcUrl(name), server.user(), server.password())
                .withSize(POOL_SIZE)
                .withMaxWaiting(MAX_WAITING)
                .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(60)));
        pool.start();
    }

    /** A database that can go away and come back. */
    static final class Outage implements DataSource {
        private final DataSource behind;
        private volatile boolean down;

        Outage(DataSource behind) {
            this.behind = behind;
        }

        void begin() {
            down = true;
        }

        void end() {
            down = false;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (down) {
                throw new SQLTransientConnectionException("down on purpose");
            }
            return behind.getConnection();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            throw new SQLException("not asked for");
        }

        @Override
        public PrintWriter getLogWriter() throws SQLException {
            return behind.getLogWriter();
        }

        @Override
        public void setLogWriter(PrintWriter out) throws SQLException {
            behind.setLogWriter(out);
        }

        @Override
        public void setLoginTimeout(int seconds) throws SQLException {
            behind.setLoginTimeout(seconds);
        }

        @Override
        public int getLoginTimeout() throws SQLException {
            return behind.getLoginTimeout();
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return behind.unwrap(type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) throws SQLException {
            return behind.isWrapperFor(type);
        }
    }

    DataSource dataSource() {
        return pool.dataSource();
    }

    /** Returns how many requests wait for a connection. */
    int waiting() {
        return pool.stats().waiting();
    }

    /** Keeps all sessions from being written until the connection is closed; reading goes on. */
    Connection holdRows() throws SQLException {
        Connection holder = connect(name);
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement()) {
            statement.executeQuery("select id from http_sessions for update").close();
        }
        return holder;
    }

    void execute(String sql) throws SQLException {
        execute(name, sql);
    }

    private void execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    List<String> column(String sql) throws SQLException {
        try (Connection connection = connect(name);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    int rows() throws SQLException {
        return Integer.parseInt(column("select count(*) from http_sessions").get(0));
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), server.user(), server.password());
    }

    @Override
    public void close() {
        try {
            pool.stop(Deadline.after(PATIENCE));
        } catch (Exception e) {
            throw new IllegalStateException("the pool of the test has not stopped", e);
        }
    }

    /** Hands a database to each test that asks for one. */
    static final class Provider implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TestDatabase.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            EmbeddedMariaDb server = context.getRoot()
                    .getStore(Namespace.create(TestDatabase.class))
                    .computeIfAbsent(Running.class, key -> new Running(), Running.class)
                    .server;
            TestDatabase database = open(server);
            context.getStore(Namespace.create(TestDatabase.class)).put(database.name, database);
            return database;
        }

        private static TestDatabase open(EmbeddedMariaDb server) {
            try {
                return new TestDatabase(server);
            } catch (Exception e) {
                throw new IllegalStateException("the database of the test cannot be made", e);
            }
        }
    }

    private static final class Running implements AutoCloseable {
        private final EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.temporary());

        Running() {
            try {
                server.start();
            } catch (Exception e) {
                throw new IllegalStateException("the MariaDB of the tests has not started", e);
            }
        }

        @Override
        public void close() {
            try {
                server.stop(Deadline.after(PATIENCE));
            } catch (Exception e) {
                throw new IllegalStateException("the MariaDB of the tests has not stopped", e);
            }
        }
    }
}
