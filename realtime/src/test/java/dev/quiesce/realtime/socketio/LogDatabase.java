package dev.quiesce.realtime.socketio;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real MariaDB for the tests of a class, each of which finds an empty database for its log. */
final class LogDatabase implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.temporary("sockets"));
    private final MariaDbPool pool = newPool();

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        server.start();
        pool.start();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        execute("drop table if exists socket_log, socket_event, socket_session, socket_instance");
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        pool.stop(Deadline.after(PATIENCE));
        server.stop(Deadline.after(PATIENCE));
    }

    /** Returns another pool, to be started and stopped by whoever asks for it. */
    MariaDbPool newPool() {
        return new MariaDbPool(PoolConfig.of("sockets", server.jdbcUrl("sockets"), server.user(), server.password()));
    }

    DataSource dataSource() {
        return pool.dataSource();
    }

    void execute(String sql) throws SQLException {
        try (var connection = dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String query) throws SQLException {
        try (var connection = dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
