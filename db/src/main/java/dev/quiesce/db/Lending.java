package dev.quiesce.db;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import dev.quiesce.lifecycle.WorkGuard.Hold;
import dev.quiesce.lifecycle.WorkGuard.Holder;
import java.lang.StackWalker.StackFrame;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Lends the connections of a pool, knows who has them and since when, and says so to those who get none.
 *
 * <p>Thread-safe.
 */
final class Lending {
    private static final StackWalker CALLERS = StackWalker.getInstance();

    /** Whose method has borrowed, and by whom that was called. */
    private static final int FRAMES = 3;

    private static final int MOST_NAMED = 3;

    private final PoolConfig config;
    private final Connector connector;

    /** Those who have a connection or wait for one. */
    private final WorkGuard inside = new WorkGuard();

    /** Those who have one, by name. Never closed. */
    private final WorkGuard borrowers = new WorkGuard();

    Lending(PoolConfig config, Connector connector) {
        this.config = config;
        this.connector = connector;
    }

    /**
     * Lends a connection.
     *
     * @return the connection, or null if none is lent any more
     * @throws SQLTransientConnectionException if none was free in time, or too many wait already; the message has the
     *     pool's figures, the oldest borrower, and why the last connection could not be opened
     */
    @Nullable
    Connection borrow(HikariDataSource pool) throws SQLException {
        HikariPoolMXBean figures = pool.getHikariPoolMXBean();
        boolean crowded = figures.getThreadsAwaitingConnection() >= config.maxWaiting();
        if (crowded && figures.getIdleConnections() == 0) {
            throw none("too many wait for a connection", figures, null);
        }
        if (!inside.tryEnter()) {
            return null;
        }
        // Those who come together see nobody wait yet.
        if (count() > config.size() + config.maxWaiting()) {
            inside.exit();
            throw none("too many wait for a connection", figures, null);
        }
        try {
            String caller = caller();
            Connection connection = pool.getConnection();
            Hold hold = requireNonNull(borrowers.tryHold(caller));
            return BorrowedConnection.of(connection, () -> {
                hold.close();
                inside.exit();
            });
        } catch (SQLTransientConnectionException e) {
            inside.exit();
            throw none(
                    "there was no connection within " + config.acquireTimeout().toMillis() + " ms", figures, e);
        } catch (SQLException | RuntimeException | Error e) {
            inside.exit();
            throw e;
        }
    }

    /** Lends nothing from now on. */
    void close() {
        inside.quiesce();
    }

    boolean awaitReturn(Deadline deadline) throws InterruptedException {
        return inside.awaitIdle(deadline);
    }

    /** Returns how many have a connection or wait for one. */
    long count() {
        return inside.inFlight().orElse(0);
    }

    /** Returns who has a connection, the longest first, such as {@code OfferStore.add:57 ← … on http-3 (1200 ms)}. */
    String describe() {
        List<Holder> known = borrowers.holders();
        StringJoiner text = new StringJoiner("; ");
        for (Holder holder : known.subList(0, Math.min(MOST_NAMED, known.size()))) {
            text.add(describe(holder));
        }
        return known.size() > MOST_NAMED ? text + "; …" : text.toString();
    }

    private SQLTransientConnectionException none(String what, HikariPoolMXBean figures, @Nullable SQLException cause) {
        String text = "pool \"" + config.name() + "\": " + what + ": " + figures.getActiveConnections() + " active, "
                + figures.getIdleConnections() + " idle, " + figures.getThreadsAwaitingConnection() + " waiting, limit "
                + config.size();
        List<Holder> known = borrowers.holders();
        if (!known.isEmpty()) {
            text += "; the oldest borrower is " + describe(known.get(0));
        }
        String failure = connector.lastFailure();
        if (failure != null) {
            text += "; the last connection could not be opened: " + failure;
        }
        return new SQLTransientConnectionException(
                text, cause == null ? null : cause.getSQLState(), cause == null ? 0 : cause.getErrorCode(), cause);
    }

    private static String describe(Holder holder) {
        return holder.what() + " on " + holder.thread() + " (" + holder.age().toMillis() + " ms)";
    }

    /** Returns the frames that have asked for the connection. A walk over a few frames takes less than a microsecond or two. */
    private static String caller() {
        return CALLERS.walk(frames -> {
            StringBuilder text = new StringBuilder();
            frames.filter(frame -> !isOurs(frame)).limit(FRAMES).forEach(frame -> {
                String type = frame.getClassName();
                text.append(text.isEmpty() ? "" : " ← ")
                        .append(type, type.lastIndexOf('.') + 1, type.length())
                        .append('.')
                        .append(frame.getMethodName())
                        .append(':')
                        .append(frame.getLineNumber());
            });
            return text.toString();
        });
    }

    private static boolean isOurs(StackFrame frame) {
        String type = frame.getClassName();
        return type.startsWith(Lending.class.getName())
                || type.startsWith(SuppliedDataSource.class.getName())
                || type.equals(MariaDbPool.class.getName());
    }
}
