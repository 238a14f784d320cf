package dev.quiesce.benchmarks;

import dev.quiesce.db.EmbeddedMariaDb;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The transactions that the drill's endpoint has committed, as the database knows them. Not safe for use by several threads. */
final class Commits implements AutoCloseable {
    private final Connection connection;
    private final Map<String, Long> seen = new LinkedHashMap<>();

    private Commits(Connection connection) {
        this.connection = connection;
    }

    /** Forgets what has been committed so far. The service must have been ready once. */
    static Commits from(EmbeddedMariaDb database) throws SQLException {
        Connection connection =
                DriverManager.getConnection(database.jdbcUrl("main"), database.user(), database.password());
        try (Statement statement = connection.createStatement()) {
            statement.execute("delete from drill_tx");
        }
        return new Commits(connection);
    }

    /** Looks, and notes of each transaction that is new when it was seen first, as a point on the clock. */
    void look() throws SQLException {
        long now = System.nanoTime();
        ids().forEach(id -> seen.putIfAbsent(id, now));
    }

    /** Returns the transactions that have been seen, and when each was seen first. */
    Map<String, Long> seen() {
        return seen;
    }

    private Set<String> ids() throws SQLException {
        Set<String> ids = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from drill_tx")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
