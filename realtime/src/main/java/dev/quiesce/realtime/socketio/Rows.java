package dev.quiesce.realtime.socketio;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Rows that are written by one statement, as many at once as every server takes. Not safe for use by several threads. */
final class Rows implements AutoCloseable {
    private static final int AT_ONCE = 256 * 1024;

    /** What a row takes beside its texts, in bytes, with much to spare. */
    private static final int OVERHEAD = 512;

    private final PreparedStatement statement;
    private long bytes;

    /** Sets the parameters of the statement. */
    interface Values {
        void set(PreparedStatement statement) throws SQLException;
    }

    Rows(Connection connection, String sql) throws SQLException {
        statement = connection.prepareStatement(sql);
    }

    /**
     * Adds a row.
     *
     * @param textBytes what its texts take
     */
    void add(long textBytes, Values values) throws SQLException {
        long size = textBytes + OVERHEAD;
        if (bytes + size > AT_ONCE) {
            write();
        }
        values.set(statement);
        statement.addBatch();
        bytes += size;
    }

    /** Writes the rows that have not been written. */
    void write() throws SQLException {
        if (bytes > 0) {
            statement.executeBatch();
            bytes = 0;
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
