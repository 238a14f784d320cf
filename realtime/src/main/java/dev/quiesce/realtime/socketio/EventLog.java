package dev.quiesce.realtime.socketio;

import dev.quiesce.lifecycle.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.SortedSet;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Brings what happens to the sockets of a server into one order, and keeps it for clients that come back: each gets what it has
 * missed, in order and once.
 *
 * <p>A log belongs to one {@link SocketIoServer}, which starts and stops it.
 */
public abstract sealed class EventLog permits MemoryEventLog, DatabaseEventLog {

    EventLog() {}

    /** Returns a log that keeps nothing: clients that come back begin anew. */
    public static EventLog none() {
        return new MemoryEventLog(null);
    }

    /** Returns a log that ends with this process: clients recover from a lost connection, and not from a restart. */
    public static EventLog inMemory(Retention retention) {
        return new MemoryEventLog(retention);
    }

    /**
     * Begins to hand on.
     *
     * @throws Exception if what has been kept cannot be read
     */
    abstract void start(Deliveries deliveries) throws Exception;

    /**
     * Puts something at the end of the log. It is handed on after everything that the same thread has put there before.
     *
     * @throws IllegalStateException if too much waits to be kept, or the log has ended
     */
    abstract void append(Entry entry);

    /** Does something once what has been appended has been handed on, or cannot be for now. It must not block. */
    abstract void whenHandedOn(Runnable action);

    /** Returns by which a client can come back to a session, or null if it cannot. */
    abstract @Nullable String recoveryId(Session session);

    /**
     * Returns the users of the sockets that are in a namespace, on any instance, and of those that have left it without saying so, less
     * than a while ago. Asks whoever keeps that, and waits for the answer.
     *
     * @throws SQLException if it does not answer
     */
    abstract SortedSet<String> users(Namespace namespace, Duration grace) throws SQLException;

    /**
     * Waits until what has been appended has been handed on, or cannot be for now.
     *
     * @throws TimeoutException if it can, and had not been at the deadline
     */
    abstract void drain(Deadline deadline) throws TimeoutException, InterruptedException;

    /**
     * Hands on what has been appended, and ends.
     *
     * @throws TimeoutException if something was left at the deadline
     */
    abstract void stop(Deadline deadline) throws TimeoutException, InterruptedException;
}
