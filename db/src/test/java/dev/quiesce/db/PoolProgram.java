package dev.quiesce.db;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Has a pool in a process of its own, with idle connections, a transaction that has changed the row of table {@code counter}, and a
 * query that takes a minute. For each line on its standard input it asks for the one row of that table.
 */
final class PoolProgram {
    private PoolProgram() {}

    /** Starts it on a database that has the table. */
    static Process start(TestServer.Tenant tenant) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        java,
                        "-cp",
                        classPath,
                        PoolProgram.class.getName(),
                        tenant.server().jdbcUrl(tenant.name()),
                        tenant.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        MariaDbPool pool = new MariaDbPool(PoolConfig.of("main", arguments[0], arguments[1], TestServer.PASSWORD)
                .withSize(4)
                .withOrphansAfter(Duration.ofSeconds(4)));
        RecordedInstances instances = new RecordedInstances();
        pool.watch(instances);
        pool.start();
        System.out.println("Lives as " + instances.own);
        Connection transaction = pool.dataSource().getConnection();
        transaction.setAutoCommit(false);
        try (Statement statement = transaction.createStatement()) {
            statement.executeUpdate("update counter set value = value + 1");
        }
        CompletableFuture.runAsync(() -> query(pool, "select sleep(60)"));
        System.out.println("READY");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        while (commands.readLine() != null) {
            System.out.println("Row: " + query(pool, "select value from counter"));
        }
    }

    private static String query(MariaDbPool pool, String query) {
        try (Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            return e.getMessage();
        }
    }
}
