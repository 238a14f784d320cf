package dev.quiesce.ops.connections;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The locks of the server by which pools show that they live, and their connections whose they are. Each pool holds the lock of
 * a number, which ends with it, and each of its connections a lock with this number and its own id. A test holds this against
 * the pools themselves.
 *
 * @param scope what distinguishes the numbers of a user from those of others
 */
record Marks(Connection connection, String scope) {
    static final int NUMBERS = 256;
    private static final String PREFIX = "quiesce:";
    private static final int LONGEST_SCOPE = 16;

    /**
     * What is marked.
     *
     * @param number the number of the pool
     * @param isHeld whether the pool shows that it lives
     */
    record Mark(int number, boolean isHeld) {}

    static String scopeOf(String user) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString().replace("-", "").substring(0, LONGEST_SCOPE);
    }

    /** Returns the marks of all connections of a user that have one, by their ids. */
    Map<Long, Mark> all(String user) throws SQLException {
        String pool = "concat('" + lock("") + "', n.number)";
        String query = "with recursive n (number) as (select 0 union all select number + 1 from n where number < "
                + (NUMBERS - 1)
                + "), held (number, holder) as (select number, is_used_lock(" + pool + ") from n)"
                + " select p.id, n.number, n.holder is not null from information_schema.processlist p join held n"
                + " where p.user = ? and p.command <> 'Killed' and (n.holder = p.id or is_used_lock(concat(" + pool
                + ", ':', p.id)) = p.id)";
        Map<Long, Mark> marks = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, user);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    marks.put(rows.getLong(1), new Mark(rows.getInt(2), rows.getBoolean(3)));
                }
            }
        }
        return marks;
    }

    /** Takes the number of a pool, so that no other pool can, and returns whether nobody has it. */
    boolean claim(int number) throws SQLException {
        return isOne("select get_lock(?, 0)", number);
    }

    void release(int number) throws SQLException {
        isOne("select release_lock(?)", number);
    }

    private boolean isOne(String query, int number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, lock(number));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getInt(1) == 1;
            }
        }
    }

    private String lock(Object number) {
        return PREFIX + scope + ":" + number;
    }
}
