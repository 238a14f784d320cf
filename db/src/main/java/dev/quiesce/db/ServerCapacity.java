package dev.quiesce.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a server allows the connections that its pools may want. */
final class ServerCapacity {
    private static final Logger log = LoggerFactory.getLogger(MariaDbPool.class);

    private ServerCapacity() {}

    /** Warns if the server allows fewer connections than all pools together may have. */
    static void check(Connection connection, PoolConfig config) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select @@max_connections")) {
            row.next();
            int allowed = row.getInt(1);
            if (config.demand() > allowed) {
                log.warn(
                        "Pool \"{}\": the server at {} allows {} connections (max_connections), but its pools may have {},"
                                + " with the instance that a deploy starts beside the old one: raise the one or lower the"
                                + " others",
                        config.name(),
                        config.hosts(),
                        allowed,
                        config.demand());
            }
        }
    }
}
