package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.OpenLoad;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The runs of one drill in which a load is answered while instances are restarted. Not safe for use by several threads. */
final class ProxyRuns {
    static final int PER_SECOND = 250;

    private static final int FULL_RUNS = 3;
    private static final int FULL_REQUESTS = 10_000;
    private static final int QUICK_REQUESTS = 2_500;

    private final Effort effort;
    private final Sample sent = new Sample();
    private final Sample failed = new Sample();
    private final Sample missing = new Sample();
    private final Sample longest = new Sample();
    private int runs;

    ProxyRuns(Effort effort) {
        this.effort = effort;
    }

    boolean isUnfinished() {
        return runs < (effort == Effort.FULL ? FULL_RUNS : 1);
    }

    /** Ends a load behind nginx, when it has sent enough. */
    void add(OpenLoad load, Nginx nginx, EmbeddedMariaDb database) throws Exception {
        add(load, database);
        if (load.failed() > 0) {
            System.err.println("nginx says:\n" + String.join("\n", nginx.errors()));
        }
    }

    /** Ends a load, when it has sent enough. */
    void add(OpenLoad load, EmbeddedMariaDb database) throws Exception {
        load.awaitSent(effort == Effort.FULL ? FULL_REQUESTS : QUICK_REQUESTS);
        load.end();
        if (load.failed() > 0) {
            System.err.println("Failed:\n" + String.join("\n", load.failures()));
        }
        Set<String> lost = new HashSet<>(load.committed());
        lost.removeAll(rows(database));
        runs++;
        sent.add(load.sent());
        failed.add(load.failed());
        missing.add(lost.size());
        longest.add(load.longest().toNanos() / (double) Duration.ofMillis(1).toNanos());
    }

    List<Figure> figures(String part, String what) {
        return List.of(
                Figure.of(part, what + ": requests, fewest of " + runs + " runs", sent.least(), ""),
                Figure.of(part, what + ": failed, worst", failed.worst(), "requests")
                        .atMost(0),
                Figure.of(part, what + ": acknowledged but not committed, worst", missing.worst(), "requests")
                        .atMost(0),
                Figure.of(part, what + ": longest answer, worst", longest.worst(), "ms"));
    }

    private static Set<String> rows(EmbeddedMariaDb database) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl("main"), database.user(), database.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from drill_tx")) {
            Set<String> ids = new HashSet<>();
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
            return ids;
        }
    }
}
