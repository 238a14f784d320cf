package dev.quiesce.session;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.jetty.session.DatabaseAdaptor;
import org.eclipse.jetty.session.JDBCSessionDataStore.SessionTableSchema;
import org.eclipse.jetty.session.SessionContext;

/** The table of the sessions, made by {@code http_sessions.sql}, and what Jetty has no statement for. Immutable. */
final class SessionTable extends SessionTableSchema {
    static final int LONGEST_ID = 120;
    static final int SWEPT_AT_ONCE = 1000;

    private static final String NAME = "http_sessions";
    private static final String NO_SUCH_TABLE = "42S02";

    private static final String PROBE =
            "select id, context_path, virtual_host, last_node, access_time, last_access_time,"
                    + " create_time, cookie_time, last_saved_time, expiry_time, max_interval, attributes from " + NAME
                    + " limit 0";
    private static final String ONE = " where id = ? and context_path = ? and virtual_host = ?";
    private static final String SAVE = "update " + NAME + " set last_node = ?, access_time = ?, last_access_time = ?,"
            + " last_saved_time = ?, expiry_time = ?, max_interval = ?, attributes = ?" + ONE;
    // Another instance may have written later times; whoever changes max_interval writes everything.
    private static final String TOUCH = "update " + NAME + " set last_node = ?,"
            + " access_time = greatest(access_time, ?), last_access_time = greatest(last_access_time, ?),"
            + " last_saved_time = greatest(last_saved_time, ?), expiry_time = greatest(expiry_time, ?)" + ONE
            + " and max_interval = ?";
    private static final String RENAME = "update " + NAME + " set id = ?" + ONE;
    private static final String SWEEP =
            "delete from " + NAME + " where expiry_time > 0 and expiry_time <= ? limit " + SWEPT_AT_ONCE;
    private static final String IDS = "select id from " + NAME + " where context_path = ? and virtual_host = ?";

    private final DataSource database;

    SessionTable(DataSource database) {
        this.database = database;
        setTableName(NAME);
        setIdColumn("id");
        setContextPathColumn("context_path");
        setVirtualHostColumn("virtual_host");
        setLastNodeColumn("last_node");
        setAccessTimeColumn("access_time");
        setLastAccessTimeColumn("last_access_time");
        setCreateTimeColumn("create_time");
        setCookieTimeColumn("cookie_time");
        setLastSavedTimeColumn("last_saved_time");
        setExpiryTimeColumn("expiry_time");
        setMaxIntervalColumn("max_interval");
        setMapColumn("attributes");
    }

    /** Does nothing: the server may start before the database does. */
    @Override
    public void prepareTables() {}

    /** Makes the table if there is none. Who may not make tables can have made it by the same SQL before. */
    void create() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            try {
                statement.executeQuery(PROBE).close();
            } catch (SQLException e) {
                if (!NO_SUCH_TABLE.equals(e.getSQLState())) {
                    throw e;
                }
                statement.execute(definition());
            }
        }
    }

    private static String definition() {
        try (InputStream sql = SessionTable.class.getResourceAsStream(NAME + ".sql")) {
            if (sql == null) {
                throw new IllegalStateException("there is no " + NAME + ".sql on the class path");
            }
            return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The times of a session, as they are written. */
    record Times(String lastNode, long accessed, long lastAccessed, long lastSaved, long expiry, long maxInterval) {}

    /** Writes a session whole. Returns whether there was one to write over. */
    boolean save(String id, SessionContext context, Times times, byte[] attributes) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, times.lastNode());
            statement.setLong(2, times.accessed());
            statement.setLong(3, times.lastAccessed());
            statement.setLong(4, times.lastSaved());
            statement.setLong(5, times.expiry());
            statement.setLong(6, times.maxInterval());
            statement.setBytes(7, attributes);
            identify(statement, 8, id, context);
            return statement.executeUpdate() > 0;
        }
    }

    /** Writes the times of a session only, so that attributes which others have written meanwhile stay. */
    void touch(String id, SessionContext context, Times times) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(TOUCH)) {
            statement.setString(1, times.lastNode());
            statement.setLong(2, times.accessed());
            statement.setLong(3, times.lastAccessed());
            statement.setLong(4, times.lastSaved());
            statement.setLong(5, times.expiry());
            identify(statement, 6, id, context);
            statement.setLong(9, times.maxInterval());
            statement.executeUpdate();
        }
    }

    /** Returns whether there was such a session. */
    boolean rename(String id, String newId, SessionContext context) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(RENAME)) {
            statement.setString(1, newId);
            identify(statement, 2, id, context);
            return statement.executeUpdate() > 0;
        }
    }

    /** Deletes sessions that have expired by then, and returns how many: {@link #SWEPT_AT_ONCE} if there may be more. */
    int sweep(long now) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SWEEP)) {
            statement.setLong(1, now);
            return statement.executeUpdate();
        }
    }

    /** Returns the ids of all sessions of a context. */
    List<String> ids(SessionContext context) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(IDS)) {
            statement.setString(1, context.getCanonicalContextPath());
            statement.setString(2, context.getVhost());
            try (ResultSet rows = statement.executeQuery()) {
                List<String> ids = new ArrayList<>();
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
                return ids;
            }
        }
    }

    private static void identify(PreparedStatement statement, int from, String id, SessionContext context)
            throws SQLException {
        statement.setString(from, id);
        statement.setString(from + 1, context.getCanonicalContextPath());
        statement.setString(from + 2, context.getVhost());
    }

    /** Returns how Jetty gets at the database. */
    DatabaseAdaptor adaptor() {
        DatabaseAdaptor adaptor = new MariaDb();
        adaptor.setDatasource(database);
        return adaptor;
    }

    /** Knows what Jetty would ask the server for, so that Jetty can start before the server does. */
    private static final class MariaDb extends DatabaseAdaptor {
        @Override
        public boolean isEmptyStringNull() {
            return false;
        }

        @Override
        public InputStream getBlobInputStream(ResultSet result, String column) throws SQLException {
            return new ByteArrayInputStream(result.getBytes(column));
        }
    }
}
