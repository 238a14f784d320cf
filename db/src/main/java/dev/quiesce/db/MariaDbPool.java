package dev.quiesce.db;

import com.zaxxer.hikari.HikariDataSource;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.InstanceRemains;
import dev.quiesce.lifecycle.Lifecycle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named pool of MariaDB connections that is warm before it counts as started and drained before it is closed.
 *
 * <p>The server sees every connection quit in good order, except those that are still borrowed when the pool is stopped:
 * these are aborted, and their number is reported.
 *
 * <p>One connection more shows that the pool lives, by locks of the server ({@code GET_LOCK}) that it and the others hold. What
 * pools of the same user have left at the server that do not live any more, since their process was killed or their host has
 * vanished, is ended by those that do: {@link PoolConfig#orphansAfter}. A connection that gives up its locks
 * ({@code RELEASE_ALL_LOCKS}) is not ended then. A pool that the server has not heard of for so long, on this connection and on all
 * others, counts as dead.
 *
 * <p>Thread-safe.
 */
public final class MariaDbPool implements Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(MariaDbPool.class);
    /** How long a start that has failed waits for what it has opened to be closed before it says so. */
    private static final Duration LONGEST_ABANDON = Duration.ofSeconds(10);
    /** What is held back of a stop's time to abort a migration that does not end. */
    private static final Duration ABORT_RESERVE = Duration.ofMillis(500);

    private enum State {
        NEW("has not been started"),
        STARTING("is still starting"),
        OPEN("is open"),
        FAILED("failed to start"),
        STOPPED("has been stopped");

        private final String text;

        State(String text) {
            this.text = text;
        }
    }

    private final PoolConfig config;
    private final Connector connector;
    private final DataSource dataSource = new SuppliedDataSource(this::borrow);
    private final Lending lending;
    private final InstanceWatch instances;
    private final Presence presence;
    private final Object lock = new Object();
    private volatile State state = State.NEW; // written under the lock
    private volatile @Nullable HikariDataSource pool; // written under the lock
    private volatile @Nullable Connection migrating;
    private volatile int borrowedAtClose;
    private volatile String borrowersAtClose = "";
    private @Nullable Thread opener; // guarded by the lock
    private @Nullable Thread closer; // guarded by the lock

    /** Creates the pool and opens nothing. */
    public MariaDbPool(PoolConfig config) {
        this.config = config;
        this.connector = new Connector(config);
        this.lending = new Lending(config, connector);
        this.instances = new InstanceWatch(config.name(), Presence.longestAbsence(config));
        this.presence = new Presence(config, connector, this::evict, instances);
    }

    /**
     * Returns the source of this pool's connections, always the same. It may be called, and the result handed on, before
     * the start. Getting a connection throws an {@link SQLException} that names the pool's state unless the pool is open,
     * and an {@link java.sql.SQLTransientConnectionException} if none is free within the acquire timeout, or too many wait
     * for one already; its message has the pool's figures, the oldest borrower and the last error of connecting.
     *
     * <p>A connection counts as borrowed until {@code close} is called on it, and not only on what its statements return as
     * their connection.
     */
    public DataSource dataSource() {
        return dataSource;
    }

    /**
     * Has what is kept of other instances cleaned when they die: within four tenths of {@link PoolConfig#orphansAfter} if a process
     * is killed, and within the whole of it if its host vanishes; never if that is zero, or the server cannot tell.
     *
     * @throws IllegalStateException if this pool has been started or stopped before
     */
    public void watch(InstanceRemains remains) {
        synchronized (lock) {
            if (state != State.NEW) {
                throw new IllegalStateException(describe() + " and watches nothing more");
            }
            instances.add(remains);
        }
    }

    /** Returns what the connections do at this moment; all zero unless the pool is open. */
    public PoolStats stats() {
        HikariDataSource current = pool;
        return current == null ? new PoolStats(0, 0, 0, 0, 0) : PoolStats.of(current);
    }

    /**
     * Connects, applies the migrations, and opens all connections.
     *
     * @throws SQLException if the database cannot be reached or refuses the user, if a migration fails, or if the pool is
     *     stopped meanwhile; the message says what to do, and nothing stays open, except that connections which cannot be
     *     closed within 10 s are closed in the background
     * @throws InterruptedException if interrupted; what is being opened is closed in the background, {@link #stop} waits
     *     for that
     * @throws IllegalStateException if this pool has been started or stopped before
     */
    @Override
    public void start() throws Exception {
        FutureTask<@Nullable Void> opening = new FutureTask<>(this::open);
        Thread thread = daemon("start", opening);
        synchronized (lock) {
            if (state != State.NEW) {
                throw new IllegalStateException(describe() + " and cannot be started");
            }
            state = State.STARTING;
            opener = thread;
            thread.start();
        }
        try {
            opening.get();
        } catch (ExecutionException e) {
            failStart();
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (InterruptedException e) {
            failStart();
            connector.close();
            thread.interrupt();
            throw e;
        }
    }

    /**
     * Waits until no connection is borrowed and nobody waits for one. Borrowing stays possible, as accepted work may need
     * it.
     *
     * @throws TimeoutException if the deadline comes first; the message says how many connections are still borrowed
     * @throws InterruptedException if interrupted; the message says the same
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        if (pool == null) {
            return;
        }
        boolean drained;
        try {
            drained = lending.awaitReturn(deadline);
        } catch (InterruptedException e) {
            throw new InterruptedException(notDrained("was interrupted while draining"));
        }
        if (!drained) {
            throw new TimeoutException(notDrained("is not drained at the deadline"));
        }
    }

    /**
     * Closes all connections.
     *
     * @throws SQLException if connections were still borrowed; they have been aborted, the message says how many
     * @throws TimeoutException if the start or the closing has not ended by the deadline; it goes on in a daemon thread
     * @throws InterruptedException if interrupted; the closing goes on in a daemon thread
     */
    @Override
    public void stop(Deadline deadline) throws SQLException, TimeoutException, InterruptedException {
        connector.close();
        Thread opening;
        HikariDataSource open;
        synchronized (lock) {
            state = State.STOPPED;
            lending.close();
            opening = opener;
            open = pool;
            pool = null;
            if (open != null) {
                closeInBackground(open);
            }
        }
        if (opening != null) {
            awaitStart(opening, deadline);
        }
        Thread closing;
        synchronized (lock) {
            closing = closer;
        }
        if (closing != null && !Threads.hasEnded(closing, deadline)) {
            throw new TimeoutException("pool \"" + config.name() + "\" could not close its connections in time, "
                    + borrowedAtClose + " of them borrowed: does the database at " + config.hosts() + " answer?");
        }
        presence.awaitClosed(deadline);
        if (open != null && borrowedAtClose > 0) {
            throw new SQLException("pool \"" + config.name() + "\": " + connections(borrowedAtClose)
                    + " still borrowed at stop and had to be aborted; open transactions were rolled back; borrowed by "
                    + borrowersAtClose);
        }
    }

    /**
     * Returns how many have a connection or wait for one; 0 unless the pool is open. A connection counts until its borrower
     * has closed it, even if it has broken before.
     */
    @Override
    public OptionalLong inFlight() {
        return OptionalLong.of(pool == null ? 0 : lending.count());
    }

    /** Returns the pool's name, URL and state, without secrets. */
    @Override
    public String toString() {
        return describe() + " [" + config.plainUrl() + "]";
    }

    private Connection borrow() throws SQLException {
        HikariDataSource open = pool;
        Connection connection = open == null ? null : lending.borrow(open);
        if (connection == null) {
            throw new SQLException(describe() + " and gives no connection");
        }
        return connection;
    }

    /** Runs on a thread of its own, since neither connecting nor a migration reacts to an interrupt. */
    private @Nullable Void open() throws SQLException {
        try {
            presence.start();
            openPool();
        } catch (Throwable e) {
            presence.close();
            throw e;
        }
        return null;
    }

    private void openPool() throws SQLException {
        try (Connection connection = connector.open()) {
            presence.tag(connection);
            ServerCapacity.check(connection, config);
            if (config.migrations() != null) {
                migrating = connection;
                Migrations.apply(config, connection);
            }
        } finally {
            migrating = null;
        }
        HikariDataSource opened = WarmPool.prepare(config, this::openPooled);
        try {
            WarmPool.warm(opened, config);
            synchronized (lock) {
                if (state != State.STARTING) {
                    throw new SQLException(describe() + " while it was starting");
                }
                pool = opened;
                state = State.OPEN;
            }
        } catch (SQLException | RuntimeException e) {
            abandon(opened);
            throw e;
        }
    }

    /** Opens a connection for the pool, on the pool's own thread. */
    private Connection openPooled() throws SQLException {
        Connection connection = connector.open();
        try {
            presence.tag(connection);
            if (!config.statementTimeout().isZero()) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("set session max_statement_time = "
                            + config.statementTimeout().toMillis() / 1000.0);
                }
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        if (state == State.STARTING) {
            WarmPool.skipPause();
        }
        return connection;
    }

    private boolean evict() {
        HikariDataSource open = pool;
        if (open == null) {
            return false;
        }
        open.getHikariPoolMXBean().softEvictConnections();
        return true;
    }

    private void abandon(HikariDataSource opened) {
        Thread closing;
        synchronized (lock) {
            closing = closeInBackground(opened);
        }
        // An interrupt that was meant for the opening must not cut the wait for the closing.
        boolean interrupted = Thread.interrupted();
        try {
            if (!Threads.hasEnded(closing, Deadline.after(LONGEST_ABANDON))) {
                LOG.warn(
                        "Pool \"{}\" failed to start and has not closed its connections within {} s; this goes on in the"
                                + " background",
                        config.name(),
                        LONGEST_ABANDON.toSeconds());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called with the lock held. Closing has no bound of its own: for a busy connection the driver first opens another one to kill the query. */
    private Thread closeInBackground(HikariDataSource open) {
        Thread thread = daemon("close", () -> {
            borrowersAtClose = lending.describe();
            borrowedAtClose = PoolStats.of(open).active();
            try {
                open.close();
            } finally {
                presence.close();
            }
        });
        closer = thread;
        thread.start();
        return thread;
    }

    private void awaitStart(Thread opening, Deadline deadline) throws TimeoutException, InterruptedException {
        opening.interrupt();
        if (Threads.hasEnded(opening, deadline.minus(ABORT_RESERVE))) {
            return;
        }
        Connection running = migrating;
        if (running == null) {
            if (!Threads.hasEnded(opening, deadline)) {
                throw new TimeoutException(
                        "pool \"" + config.name() + "\" is still connecting to " + config.hosts() + " at the deadline");
            }
            return;
        }
        Thread aborting = daemon("abort", () -> Migrations.abort(running));
        aborting.start();
        boolean aborted = Threads.hasEnded(aborting, deadline) && Threads.hasEnded(opening, deadline);
        throw new TimeoutException(
                "pool \"" + config.name() + "\": its migrations were still running at the deadline and "
                        + (aborted ? "have been aborted" : "could not be aborted")
                        + "; check the schema before the next start");
    }

    private void failStart() {
        synchronized (lock) {
            if (state == State.STARTING) {
                state = State.FAILED;
            }
        }
    }

    private Thread daemon(String role, Runnable task) {
        return Threads.daemon(config.name() + ":" + role, task);
    }

    private String describe() {
        return "pool \"" + config.name() + "\" " + state.text;
    }

    private String notDrained(String what) {
        int waiting = stats().waiting();
        long borrowed = Math.max(0, lending.count() - waiting);
        String borrowers = lending.describe();
        return "pool \"" + config.name() + "\" " + what + ": " + connections(borrowed) + " still borrowed, " + waiting
                + " waiting" + (borrowers.isEmpty() ? "" : "; borrowed by " + borrowers);
    }

    private static String connections(long count) {
        return count == 1 ? "1 connection is" : count + " connections are";
    }
}
