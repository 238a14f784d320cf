package dev.quiesce.db;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Tells which pools live at a server, by its own locks ({@code GET_LOCK}), which end with the connections that hold them. They
 * take no privilege and no table. Each pool that lives holds the lock of a number, and each of its connections a lock with this
 * number and the connection's own id in its name.
 *
 * <p>Locks are the same for all users of a server, but each sees its own connections only: so the numbers of each are its own.
 *
 * @param connection by which the server is asked
 * @param scope what distinguishes the user's numbers from those of others
 */
record RollCall(Connection connection, String scope) {

    /** How many pools of a user may live at a server at once. */
    static final int NUMBERS = 256;

    private static final String PREFIX = "quiesce:";
    private static final String ALIVE = PREFIX + "alive:";
    private static final int NO_SUCH_THREAD = 1094;
    private static final int LONGEST_SCOPE = 16;

    /**
     * A connection of a pool.
     *
     * @param number the number of the pool
     * @param id the server's id of the connection
     * @param host from where it was opened
     * @param command what it does
     * @param millis how long ago it has begun that
     */
    record Tagged(int number, long id, String host, String command, long millis) {
        @Override
        public String toString() {
            return id + " from " + host + " (" + command + ", " + millis + " ms)";
        }
    }

    /** Returns the scope of a user, or of something else whose name may be longer than that of a lock. */
    static String scopeOf(String user) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString().replace("-", "").substring(0, LONGEST_SCOPE);
    }

    /** Takes a number that nobody has, and returns whether that was so. */
    boolean claim(int number, int waitSeconds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select get_lock(?, ?)")) {
            statement.setString(1, lock(scope, number));
            statement.setInt(2, waitSeconds);
            return isOne(statement);
        }
    }

    void release(int number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select release_lock(?)")) {
            statement.setString(1, lock(scope, number));
            isOne(statement);
        }
    }

    /**
     * Takes the watch over the connections of this user, which one of its pools has at a time, and returns whether that was
     * possible. To look at them takes some milliseconds, which is little for one and much if all did it.
     */
    boolean takeWatch() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select get_lock(?, 0)")) {
            statement.setString(1, PREFIX + scope + ":watch");
            return isOne(statement);
        }
    }

    /**
     * Shows that an instance of a service lives, whose name is unique for all users, and returns whether that was possible: another
     * connection may not have ended yet that has shown it before.
     */
    boolean show(String instance) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select get_lock(?, 0)")) {
            statement.setString(1, ALIVE + instance);
            return isOne(statement);
        }
    }

    /** Returns those of some instances that nothing shows to live. */
    Set<String> notShown(Set<String> instances) throws SQLException {
        Set<String> missing = new HashSet<>();
        if (instances.isEmpty()) {
            return missing;
        }
        String names = String.join(" union all ", Collections.nCopies(instances.size(), "select ? name"));
        try (PreparedStatement statement = connection.prepareStatement(
                "select name from (" + names + ") n where is_free_lock(concat('" + ALIVE + "', name))")) {
            int next = 1;
            for (String instance : instances) {
                statement.setString(next++, instance);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    missing.add(rows.getString(1));
                }
            }
        }
        return missing;
    }

    /** Returns what distinguishes the server, whose locks are its own, from others. */
    String server() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select concat(@@hostname, ':', @@port, ':', @@datadir)")) {
            rows.next();
            return rows.getString(1);
        }
    }

    long connectionId() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select connection_id()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /**
     * Makes a connection known as one of a pool, unless that connection leads to another server than the pool's own, as it may
     * behind a name or an address that stands for several.
     *
     * @param tagged the connection
     * @param scope the scope of the pool's user
     * @param number the pool's number
     * @param holder the id of the connection that holds the number
     * @return whether it is known now
     */
    static boolean tag(Connection tagged, String scope, int number, long holder) throws SQLException {
        try (PreparedStatement statement = tagged.prepareStatement(
                "select if(is_used_lock(?) = ?, get_lock(concat(?, ':', connection_id()), 0), 0)")) {
            statement.setString(1, lock(scope, number));
            statement.setLong(2, holder);
            statement.setString(3, lock(scope, number));
            return isOne(statement);
        }
    }

    /** Returns the connections of those pools of this user whose number nobody holds. */
    List<Tagged> leftBehind() throws SQLException {
        return tagged("is_free_lock(concat('" + lock(scope, "") + "', n.number)) and ");
    }

    /** Returns the connections of a pool of this user. */
    List<Tagged> connectionsOf(int number) throws SQLException {
        return tagged("n.number = " + number + " and ");
    }

    /**
     * Without a privilege a user sees its own connections only, and may end these. Those that have been ended already, and are still
     * rolling back, are left out.
     */
    private List<Tagged> tagged(String condition) throws SQLException {
        String query = "with recursive n (number) as (select 0 union all select number + 1 from n where number < "
                + (NUMBERS - 1)
                + ") select n.number, p.id, p.host, p.command, p.time_ms from information_schema.processlist p join n"
                + " where " + condition + "p.user = substring_index(user(), '@', 1) and p.command <> 'Killed'"
                + " and is_used_lock(concat('" + lock(scope, "") + "', n.number, ':', p.id)) = p.id";
        List<Tagged> tagged = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                tagged.add(new Tagged(
                        rows.getInt(1), rows.getLong(2), rows.getString(3), rows.getString(4), rows.getLong(5)));
            }
        }
        return tagged;
    }

    /** Ends a connection, with its query and its transaction, unless it has ended by itself. */
    void end(Tagged orphan) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("kill connection " + orphan.id());
        } catch (SQLException e) {
            if (e.getErrorCode() != NO_SUCH_THREAD) {
                throw e;
            }
        }
    }

    private static String lock(String scope, Object number) {
        return PREFIX + scope + ":" + number;
    }

    private static boolean isOne(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            return rows.next() && rows.getInt(1) == 1;
        }
    }
}
