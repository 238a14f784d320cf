package dev.quiesce.benchmarks.drill;

import dev.quiesce.db.EmbeddedMariaDb;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the database itself knows of the service and of the transactions of the drill. Not safe for use by several threads. */
final class Inspector implements AutoCloseable {
    private final Connection connection;
    private final Map<String, Long> seen = new LinkedHashMap<>();

    private Inspector(Connection connection) {
        this.connection = connection;
    }

    /** Looks from now on; deletes what has been committed so far. The service must have been ready once. */
    static Inspector from(EmbeddedMariaDb database) throws SQLException {
        Inspector inspector = of(database);
        try (Statement statement = inspector.connection.createStatement()) {
            statement.execute("delete from drill_tx");
        }
        return inspector;
    }

    /** Looks at what there is. The service must have been ready once. */
    static Inspector of(EmbeddedMariaDb database) throws SQLException {
        return new Inspector(
                DriverManager.getConnection(database.jdbcUrl("main"), database.user(), database.password()));
    }

    /** Looks, and notes of each transaction that is new when it was seen first, as a point on the clock. */
    void look() throws SQLException {
        long now = System.nanoTime();
        column("select id from drill_tx").forEach(id -> seen.putIfAbsent(id, now));
    }

    /** Returns the transactions that have been seen, and when each was seen first. */
    Map<String, Long> seen() {
        return seen;
    }

    /**
     * Waits until so many transactions have written and not yet committed.
     *
     * @throws TimeoutException if they never run at the same time
     */
    void awaitRunning(int count) throws SQLException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        int most = 0;
        for (int running = running(); running != count; running = running()) {
            most = Math.max(most, running);
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException("of " + count + " transactions at most " + most + " ran at the same time");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private int running() throws SQLException {
        return column("select id from information_schema.processlist where db = 'main' and state = 'User sleep'")
                .size();
    }

    /** Returns how many connections the server counts as aborted. */
    long abortedClients() throws SQLException {
        return Long.parseLong(column("select variable_value from information_schema.global_status"
                        + " where variable_name = 'ABORTED_CLIENTS'")
                .get(0));
    }

    /** Returns the ids of the connections of the service's user beside this one. */
    Set<String> connectionIds() throws SQLException {
        return new HashSet<>(column("select id from information_schema.processlist"
                + " where user = substring_index(current_user(), '@', 1) and id <> connection_id()"));
    }

    /** Returns how many connections to the service's databases there are beside this one, a moment after the service has exited. */
    int connectionsLeft() throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        int left = connections();
        // The server may see the end of a connection after its client is gone.
        while (left > 0 && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(5);
            left = connections();
        }
        return left;
    }

    private int connections() throws SQLException {
        return column(
                        "select id from information_schema.processlist where db in ('main', 'd4') and id <> connection_id()")
                .size();
    }

    private List<String> column(String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
