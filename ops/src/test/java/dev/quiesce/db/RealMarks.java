package dev.quiesce.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** How pools themselves mark what is theirs, for tests of those who only read it. */
public final class RealMarks {
    /** How many pools of a user may live at once. */
    public static final int NUMBERS = RollCall.NUMBERS;

    private final RollCall roll;
    private final String scope;

    /** Speaks for the pools of a user by one of its connections. */
    public RealMarks(Connection connection, String user) {
        this.scope = RollCall.scopeOf(user);
        this.roll = new RollCall(connection, scope);
    }

    /** Takes the number of a pool. */
    public boolean claim(int number) throws SQLException {
        return roll.claim(number, 0);
    }

    /** Marks a connection as that of the pool whose number this one holds. */
    public boolean tag(Connection tagged, int number) throws SQLException {
        return RollCall.tag(tagged, scope, number, roll.connectionId());
    }

    /** Returns the ids of the connections of a pool. */
    public List<Long> connectionsOf(int number) throws SQLException {
        return roll.connectionsOf(number).stream().map(RollCall.Tagged::id).toList();
    }

    /** Returns how a user's locks are told from those of others. */
    public static String scopeOf(String user) {
        return RollCall.scopeOf(user);
    }
}
