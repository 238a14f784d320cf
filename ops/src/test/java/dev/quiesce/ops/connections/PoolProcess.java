package dev.quiesce.ops.connections;

import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/** Has a pool in a process of its own, with a transaction that holds a row, and a query that takes long. */
final class PoolProcess {
    private PoolProcess() {}

    public static void main(String[] arguments) throws Exception {
        MariaDbPool pool = new MariaDbPool(PoolConfig.of("main", arguments[0], arguments[1], arguments[2])
                .withSize(3)
                .withOrphansAfter(Duration.ofSeconds(4)));
        pool.start();
        Connection transaction = pool.dataSource().getConnection();
        transaction.setAutoCommit(false);
        try (Statement statement = transaction.createStatement()) {
            statement.executeUpdate("update counter set value = value + 1");
        }
        try (Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select sleep(120), 'a secret'");
        }
    }
}
