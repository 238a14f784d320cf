package dev.quiesce.realtime.socketio;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who is in a namespace, by the tables of the log.
 *
 * @param lease the time after which an instance that shows no sign of life counts as dead, and its users as gone
 * @param grace for how long those count who have gone
 */
record PresentUsers(String namespace, Duration lease, Duration grace) {

    SortedSet<String> read(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select distinct user_name from socket_session"
                + " left join socket_instance on socket_instance.id = socket_session.instance"
                + " where namespace = ? and user_name is not null"
                + " and (gone is null and seen > " + LogTables.NOW + " - ? or gone > " + LogTables.NOW + " - ?)")) {
            select.setString(1, namespace);
            select.setLong(2, lease.toMillis());
            select.setLong(3, grace.toMillis());
            try (ResultSet row = select.executeQuery()) {
                SortedSet<String> users = new TreeSet<>();
                while (row.next()) {
                    users.add(row.getString(1));
                }
                return users;
            }
        }
    }
}
