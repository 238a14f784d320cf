package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.socketio.RecentEvents.Event;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tables of the log. Times are those of the database, in milliseconds, so that the clocks of instances do not matter.
 *
 * @param connection by which they are reached
 */
record LogTables(Connection connection) {
    private static final int MOST_FORGOTTEN = 5000;

    static final String NOW = "cast(unix_timestamp(current_timestamp(3)) * 1000 as signed)";

    /**
     * How far the log has come.
     *
     * @param position the id of the last event
     * @param epoch of the last start of an instance
     * @param now the time of the database
     */
    record Head(long position, long epoch, long now) {}

    /** What is done in one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Does something in one transaction. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        T result;
        try {
            result = work.run();
            connection.commit();
        } catch (SQLException e) {
            rollBack(e);
            throw e;
        }
        connection.setAutoCommit(true);
        return result;
    }

    private void rollBack(SQLException why) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    KeptSessions sessions() {
        return new KeptSessions(connection);
    }

    /** Returns the statements that make the tables. */
    static String definition() {
        try (InputStream in = LogTables.class.getResourceAsStream("tables.sql")) {
            if (in == null) {
                throw new IllegalStateException("tables.sql is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void create() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : definition().split(";\n")) {
                if (!each.isBlank()) {
                    statement.execute(each);
                }
            }
        }
    }

    /** Returns how large a statement may be, in bytes. */
    long maxAllowedPacket() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select @@max_allowed_packet")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Begins an epoch and says that an instance lives. */
    void register(String instance) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("update socket_log set epoch = epoch + 1 where one = 1");
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into socket_instance (id, batch, first_id, seen) values (?, 0, 0, " + NOW + ")")) {
            insert.setString(1, instance);
            insert.executeUpdate();
        }
    }

    /** Says that an instance has ended, with all of its sockets, and returns how many. To be called in a transaction. */
    int unregister(String instance) throws SQLException {
        int gone = sessions().bury(instance, lockedHead().now());
        delete(instance);
        return gone;
    }

    Head head() throws SQLException {
        return head("");
    }

    /** As {@link #head()}, and keeps others from adding to the log until the end of the transaction. */
    Head lockedHead() throws SQLException {
        return head(" for update");
    }

    private Head head(String mode) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select position, epoch, " + NOW + " from socket_log where one = 1" + mode)) {
            if (!row.next()) {
                throw new SQLException("table socket_log has lost its row; run the definition of the tables again");
            }
            return new Head(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }

    /** Returns the events after one position and up to another. */
    List<Event> events(long after, long upTo) throws SQLException {
        List<Event> events = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select id, epoch, created, namespace, rooms,"
                + " except_rooms, data from socket_event where id > ? and id <= ? order by id")) {
            select.setLong(1, after);
            select.setLong(2, upTo);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.add(new Event(
                            row.getLong(1),
                            Long.toString(row.getLong(2)),
                            row.getLong(3),
                            row.getString(4),
                            new Audience(rooms(row.getString(5)), rooms(row.getString(6))),
                            row.getString(7)));
                }
            }
        }
        return events;
    }

    /** Returns the position before the first event that is younger than a time, and one of the given number of last ones. */
    long positionAt(long time, int most, Head head) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select id from socket_event where id > ? and created >= ? order by id limit 1")) {
            select.setLong(1, head.position() - most);
            select.setLong(2, time);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) - 1 : head.position();
            }
        }
    }

    void add(List<Event> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        try (Rows rows = new Rows(
                connection,
                "insert into socket_event (id, epoch, created, namespace, rooms, except_rooms, data)"
                        + " values (?, ?, ?, ?, ?, ?, ?)")) {
            for (Event event : events) {
                String to = json(event.audience().rooms());
                String except = json(event.audience().except());
                rows.add(size(to) + size(except) + size(event.json()), row -> {
                    row.setLong(1, event.id());
                    row.setLong(2, Long.parseLong(event.epoch()));
                    row.setLong(3, event.millis());
                    row.setString(4, event.namespace());
                    row.setString(5, to);
                    row.setString(6, except);
                    row.setString(7, event.json());
                });
            }
            rows.write();
        }
        try (PreparedStatement update =
                connection.prepareStatement("update socket_log set position = ? where one = 1")) {
            update.setLong(1, events.get(events.size() - 1).id());
            update.executeUpdate();
        }
    }

    static long size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Says that an instance lives, unless it is {@linkplain #isBuried buried}, and that it has kept a batch. */
    void seen(String instance, long batch, long firstId) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(
                "insert into socket_instance (id, batch, first_id, seen)" + " values (?, ?, ?, " + NOW
                        + ") on duplicate key update batch = ?, first_id = ?, seen = if(seen < 0, seen, values(seen))")) {
            upsert.setString(1, instance);
            upsert.setLong(2, batch);
            upsert.setLong(3, firstId);
            upsert.setLong(4, batch);
            upsert.setLong(5, firstId);
            upsert.executeUpdate();
        }
    }

    /** Returns the number of the last batch that an instance has kept. */
    long lastBatch(String instance) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select batch from socket_instance where id = ?")) {
            select.setString(1, instance);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : -1;
            }
        }
    }

    /** Returns the instances, and when each was seen last; negative if its clients have been said to have gone since. */
    Map<String, Long> instances() throws SQLException {
        Map<String, Long> found = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select id, seen from socket_instance")) {
            while (row.next()) {
                found.put(row.getString(1), row.getLong(2));
            }
        }
        return found;
    }

    /** Whether the clients of an instance have been said to have gone since it was seen. To be called with the head locked. */
    boolean isBuried(String instance) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select seen < 0 from socket_instance where id = ? for update")) {
            select.setString(1, instance);
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * Says that the clients of an instance have gone with it, unless it was seen again after a time, and returns how many. To be called
     * in a transaction.
     */
    int bury(String instance, long lastSeen) throws SQLException {
        lockedHead();
        try (PreparedStatement update =
                connection.prepareStatement("update socket_instance set seen = -seen where id = ? and seen = ?")) {
            update.setString(1, instance);
            update.setLong(2, lastSeen);
            if (update.executeUpdate() == 0) {
                return 0;
            }
        }
        return sessions().bury(instance, lastSeen);
    }

    /** Takes back that the clients of an instance have gone with it. */
    void unbury(String instance) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update socket_instance set seen = -seen where id = ? and seen < 0")) {
            update.setString(1, instance);
            update.executeUpdate();
        }
    }

    void delete(String instance) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from socket_instance where id = ?")) {
            delete.setString(1, instance);
            delete.executeUpdate();
        }
    }

    /**
     * Forgets sessions whose clients have gone before a time, and events up to a position, some thousand of each at a time.
     *
     * @return whether there may be more to forget
     */
    boolean forget(long time, long position) throws SQLException {
        return delete("delete from socket_session where gone < ? limit ?", time)
                | delete("delete from socket_event where id <= ? order by id limit ?", position);
    }

    private boolean delete(String statement, long bound) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(statement)) {
            delete.setLong(1, bound);
            delete.setInt(2, MOST_FORGOTTEN);
            return delete.executeUpdate() == MOST_FORGOTTEN;
        }
    }

    static String json(Set<String> rooms) {
        return Json.write(List.copyOf(new TreeSet<>(rooms))).text();
    }

    static Set<String> rooms(String json) {
        return Set.copyOf(Json.readTexts(json));
    }
}
