package dev.quiesce.ops.connections;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.connections.Session.Life;
import dev.quiesce.ops.connections.Snapshot.LockWait;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mariadb.jdbc.Driver;

/** A MariaDB, asked by a connection of its own. Not thread-safe. */
final class Server implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("jdbc:mariadb://([^/?]*)([/?].*)?");
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127(\\.\\d+){3}|\\[::1])(:\\d+)?");
    private static final int NO_SUCH_THREAD = 1094;
    private static final int NOT_PERMITTED = 1227;
    private static final int NOT_SUPPORTED_YET = 1235;

    private final Connection connection;

    private Server(Connection connection) {
        this.connection = connection;
    }

    /**
     * Connects. Without {@code sslMode} in the URL, TLS is verified, but for loopback addresses, which have none.
     *
     * @throws OpsException if the URL is none or bears a secret, or the server cannot be reached
     */
    static Server connect(String url, String user, String password) {
        Matcher parts = URL.matcher(url);
        String lower = url.toLowerCase(Locale.ROOT);
        if (!parts.matches() || url.contains("@") || lower.contains("password=") || lower.contains("user=")) {
            throw new OpsException(
                    ExitCode.USAGE,
                    "--url is like jdbc:mariadb://db.example:3306/, without user and password, which have options of"
                            + " their own");
        }
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "5000");
        properties.setProperty("socketTimeout", "30000");
        properties.setProperty("connectionAttributes", "program_name:quiesce-ops");
        if (!lower.contains("sslmode=")) {
            properties.setProperty("sslMode", LOOPBACK.matcher(parts.group(1)).matches() ? "disable" : "verify-full");
        }
        try {
            return new Server(new Driver().connect(url, properties));
        } catch (SQLException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    "no connection to " + parts.group(1) + " as " + user + ": " + e.getMessage()
                            + "; check that it runs, and user and password",
                    e);
        }
    }

    Snapshot look() throws SQLException {
        List<String> notes = new ArrayList<>();
        int allowed = number("select @@max_connections");
        int connected = number("select variable_value from information_schema.global_status"
                + " where variable_name = 'threads_connected'");
        List<Session> sessions = sessions(notes);
        Optional<List<LockWait>> waits = waits();
        // A connection that ends between the two queries is missing to whoever has the privilege, too.
        if (waits.isEmpty() && sessions.size() + 1 < connected) {
            notes.add("connections of other users: this one sees its own only; grant it PROCESS");
        }
        if (waits.isEmpty()) {
            notes.add("who waits for whose lock: grant PROCESS");
        }
        return new Snapshot(connected, allowed, List.copyOf(sessions), waits.orElse(List.of()), List.copyOf(notes));
    }

    Marks marks(String user) {
        return new Marks(connection, Marks.scopeOf(user));
    }

    /**
     * Ends a connection, with its query and its transaction.
     *
     * @return whether it was there
     */
    boolean end(long id) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("kill connection " + id);
            return true;
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_SUCH_THREAD) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private List<Session> sessions(List<String> notes) throws SQLException {
        Map<Long, Map<String, String>> attributes = attributes();
        Map<String, Map<Long, Marks.Mark>> marks = new HashMap<>();
        List<Session> sessions = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id, user, host, command, time_ms, info"
                        + " from information_schema.processlist where id <> connection_id() and command <> 'Daemon'"
                        + " and user <> 'system user' order by id")) {
            while (rows.next()) {
                String user = rows.getString(2);
                if (!marks.containsKey(user)) {
                    marks.put(user, marks(user, notes));
                }
                Optional<Marks.Mark> mark = Optional.ofNullable(marks.get(user).get(rows.getLong(1)));
                Map<String, String> told = attributes.getOrDefault(rows.getLong(1), Map.of());
                String info = rows.getString(6);
                sessions.add(new Session(
                        rows.getLong(1),
                        user,
                        hostOf(rows.getString(3)),
                        told.getOrDefault("program_name", ""),
                        told.getOrDefault("_pid", ""),
                        rows.getString(4),
                        Math.max(0, rows.getLong(5)),
                        info == null ? "" : Statements.shown(info),
                        mark.map(Marks.Mark::number),
                        mark.map(each -> each.isHeld() ? Life.live : Life.silent)
                                .orElse(Life.unknown)));
            }
        }
        return sessions;
    }

    private Map<Long, Marks.Mark> marks(String user, List<String> notes) throws SQLException {
        try {
            return marks(user).all(user);
        } catch (SQLException e) {
            if (e.getErrorCode() != NOT_SUPPORTED_YET) {
                throw e;
            }
            notes.add("who lives: this server has no locks of its own (" + e.getMessage() + ")");
            return Map.of();
        }
    }

    /** Returns what clients tell of themselves; nothing where the server does not keep it. */
    private Map<Long, Map<String, String>> attributes() throws SQLException {
        Map<Long, Map<String, String>> attributes = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select processlist_id, attr_name, attr_value"
                                + " from performance_schema.session_connect_attrs where attr_name in ('program_name', '_pid')")) {
            while (rows.next()) {
                attributes
                        .computeIfAbsent(rows.getLong(1), id -> new HashMap<>())
                        .put(rows.getString(2), String.valueOf(rows.getString(3)));
            }
        } catch (SQLException e) {
            if (!isForbidden(e)) {
                throw e;
            }
        }
        return attributes;
    }

    /** Returns nothing to a user without PROCESS. */
    private Optional<List<LockWait>> waits() throws SQLException {
        List<LockWait> waits = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select w.trx_mysql_thread_id, b.trx_mysql_thread_id,"
                        + " timestampdiff(second, w.trx_wait_started, now()),"
                        + " timestampdiff(second, b.trx_started, now()), w.trx_query"
                        + " from information_schema.innodb_lock_waits l"
                        + " join information_schema.innodb_trx w on w.trx_id = l.requesting_trx_id"
                        + " join information_schema.innodb_trx b on b.trx_id = l.blocking_trx_id"
                        + " order by w.trx_wait_started")) {
            while (rows.next()) {
                String query = rows.getString(5);
                waits.add(new LockWait(
                        rows.getLong(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getLong(4),
                        query == null ? "" : Statements.shown(query)));
            }
        } catch (SQLException e) {
            if (!isForbidden(e)) {
                throw e;
            }
            return Optional.empty();
        }
        return Optional.of(List.copyOf(waits));
    }

    private static boolean isForbidden(SQLException e) {
        return e.getErrorCode() == NOT_PERMITTED || e.getErrorCode() == 1142 || e.getErrorCode() == 1044;
    }

    private int number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static String hostOf(String address) {
        return address.replaceFirst(":\\d+$", "");
    }
}
