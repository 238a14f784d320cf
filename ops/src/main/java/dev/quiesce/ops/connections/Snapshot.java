package dev.quiesce.ops.connections;

import java.util.List;

/**
 * The server at a moment. Immutable.
 *
 * @param connected how many connections it has, this one included
 * @param allowed how many it allows
 * @param sessions those that can be seen, but for this one
 * @param waits who waits for whose lock
 * @param notes what cannot be seen, and why
 */
record Snapshot(int connected, int allowed, List<Session> sessions, List<LockWait> waits, List<String> notes) {

    /**
     * A connection that waits for the lock of another.
     *
     * @param waiting its id
     * @param blocking the id of the other
     * @param seconds for how long it has been waiting
     * @param transactionSeconds how old the transaction of the other is
     * @param statement what it wants to do
     */
    record LockWait(long waiting, long blocking, long seconds, long transactionSeconds, String statement) {}
}
