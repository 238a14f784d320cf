package dev.quiesce.realtime.socketio;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table of the sessions. What clients recover by is a secret, and only its hash is kept.
 *
 * @param connection by which it is reached
 */
record KeptSessions(Connection connection) {

    /**
     * What is kept of a session.
     *
     * @param gone when its client has gone; null if it has not
     */
    record Row(Session session, @Nullable Long gone) {}

    /** Returns a session, which others cannot change until the end of the transaction, or null if there is none. */
    @Nullable
    Row find(String recoveryId) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select id, namespace, user_name, since, generation, rooms,"
                        + " data, gone from socket_session where recovery_hash = ? for update")) {
            select.setBytes(1, hash(recoveryId));
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Map<String, Object> data = Json.readObject(row.getString(7));
                Session session = new Session(
                        recoveryId,
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        data,
                        row.getLong(5));
                session.rooms.addAll(LogTables.rooms(row.getString(6)));
                long gone = row.getLong(8);
                return new Row(session, row.wasNull() ? null : gone);
            }
        }
    }

    void insert(Collection<Session> sessions, String instance) throws SQLException {
        try (Rows rows = new Rows(
                connection,
                "insert into socket_session (recovery_hash, id, namespace, user_name, since, generation, rooms,"
                        + " data, instance) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Session session : sessions) {
                String joined = LogTables.json(session.rooms);
                String data = Json.write(session.data).text();
                rows.add(LogTables.size(joined) + LogTables.size(data), row -> {
                    row.setBytes(1, hash(session.recoveryId));
                    row.setString(2, session.id);
                    row.setString(3, session.namespace);
                    row.setString(4, session.user);
                    row.setLong(5, session.since);
                    row.setLong(6, session.generation);
                    row.setString(7, joined);
                    row.setString(8, data);
                    row.setString(9, instance);
                });
            }
            rows.write();
        }
    }

    /** Takes a session over from whoever has it. */
    void take(Session session, String instance) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update socket_session set generation = ?, instance = ?, rooms = ?, data = ?, gone = null"
                        + " where recovery_hash = ?")) {
            update.setLong(1, session.generation);
            update.setString(2, instance);
            update.setString(3, LogTables.json(session.rooms));
            update.setString(4, Json.write(session.data).text());
            update.setBytes(5, hash(session.recoveryId));
            update.executeUpdate();
        }
    }

    /** Keeps the rooms and the data of sessions that nobody has taken over. */
    void update(Collection<Session> sessions) throws SQLException {
        try (Rows rows = new Rows(
                connection,
                "update socket_session set rooms = ?, data = ? where recovery_hash = ? and generation = ?")) {
            for (Session session : sessions) {
                String joined = LogTables.json(session.rooms);
                String data = Json.write(session.data).text();
                rows.add(LogTables.size(joined) + LogTables.size(data), row -> {
                    row.setString(1, joined);
                    row.setString(2, data);
                    row.setBytes(3, hash(session.recoveryId));
                    row.setLong(4, session.generation);
                });
            }
            rows.write();
        }
    }

    /** Notes that the clients of sessions have gone, and may come back. */
    void leave(Collection<Session> sessions, long now) throws SQLException {
        try (Rows rows =
                new Rows(connection, "update socket_session set gone = ? where recovery_hash = ? and generation = ?")) {
            for (Session session : sessions) {
                rows.add(0, row -> {
                    row.setLong(1, now);
                    row.setBytes(2, hash(session.recoveryId));
                    row.setLong(3, session.generation);
                });
            }
            rows.write();
        }
    }

    void delete(Collection<Session> sessions) throws SQLException {
        write("delete from socket_session where recovery_hash = ? and generation = ?", sessions);
    }

    /** Says again that the clients of sessions are there, after others may have taken them for gone. */
    void revive(Collection<Session> sessions) throws SQLException {
        write("update socket_session set gone = null where recovery_hash = ? and generation = ?", sessions);
    }

    private void write(String sql, Collection<Session> sessions) throws SQLException {
        try (Rows rows = new Rows(connection, sql)) {
            for (Session session : sessions) {
                rows.add(0, row -> {
                    row.setBytes(1, hash(session.recoveryId));
                    row.setLong(2, session.generation);
                });
            }
            rows.write();
        }
    }

    /** Says that the clients of an instance have gone with it, and returns how many. */
    int bury(String instance, long time) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update socket_session set gone = ? where instance = ? and gone is null")) {
            update.setLong(1, time);
            update.setString(2, instance);
            return update.executeUpdate();
        }
    }

    private static byte[] hash(String recoveryId) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(recoveryId.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
