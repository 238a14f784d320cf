package dev.quiesce.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes HikariCP's pools, which have all their connections from the beginning. */
final class WarmPool {
    private static final Duration KEEP_ALIVE = Duration.ofMinutes(2);
    private static final Duration LONGEST_VALIDATION = Duration.ofSeconds(2);

    private WarmPool() {}

    /** Returns a pool that has opened nothing yet. */
    static HikariDataSource prepare(PoolConfig config, SuppliedDataSource.Supplier connections) {
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(config.name());
        hikari.setDataSource(new SuppliedDataSource(connections));
        hikari.setMaximumPoolSize(config.size());
        hikari.setMinimumIdle(config.size());
        hikari.setConnectionTimeout(config.acquireTimeout().toMillis());
        hikari.setValidationTimeout(
                shorter(config.acquireTimeout(), LONGEST_VALIDATION).toMillis());
        hikari.setMaxLifetime(config.maxLifetime().toMillis());
        hikari.setKeepaliveTime(config.maxLifetime().compareTo(KEEP_ALIVE) > 0 ? KEEP_ALIVE.toMillis() : 0);
        hikari.setInitializationFailTimeout(-1);
        return new HikariDataSource(hikari);
    }

    /**
     * Opens all connections. Borrowing them at once is what makes the pool open them without waiting for its housekeeper.
     *
     * @throws SQLException if one cannot be opened; the message says how many could
     */
    static void warm(HikariDataSource opened, PoolConfig config) throws SQLException {
        List<Connection> borrowed = new ArrayList<>();
        try {
            while (borrowed.size() < config.size()) {
                borrowed.add(opened.getConnection());
            }
        } catch (SQLException e) {
            Throwable reason = e.getCause() instanceof SQLException cause ? cause : e;
            throw new SQLException(
                    "pool \"" + config.name() + "\": opened " + borrowed.size() + " of " + config.size()
                            + " connections, then: " + reason.getMessage(),
                    e);
        } finally {
            for (Connection connection : borrowed) {
                connection.close();
            }
        }
    }

    /**
     * Spares the pool the pause of 30 ms that it makes after each connection that it has opened, which is most of the time that a
     * pool takes to get warm. Called on the pool's own thread while a connection is opened: an interrupt ends that pause before it
     * begins. What the pool does with the connection until then does not react to one, since a plain socket does not.
     */
    static void skipPause() {
        Thread.currentThread().interrupt();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
