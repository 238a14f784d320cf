package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in MariaDB: clients recover from restarts and crashes of this process, on any instance that shares the database, and what
 * one instance sends reaches the clients of all.
 *
 * <p>One thread keeps what is appended, as much in one transaction as waits, and hands it on after that: what a client has got is in
 * the database. While the database does not answer, events wait, and clients that want to join are asked to come back.
 *
 * <p>Register the {@link SocketIoServer} above the pool that the data source belongs to. Connections are borrowed for a transaction
 * at a time. Safe for use by many threads.
 */
public final class DatabaseEventLog extends EventLog {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseEventLog.class);
    private static final int LARGEST_BATCH = 1000;
    private static final Entry WAKE_UP = new Entry.Nothing();
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1000;
    private static final int OVERHEAD = 200;

    private final DataSource database;
    private final DatabaseEventLogConfig config;
    private final String instance = Ids.longId();
    private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
    private final WorkGuard appending = new WorkGuard();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Upkeep upkeep;
    private volatile @Nullable Deliveries deliveries;
    private volatile @Nullable Thread thread;
    private volatile @Nullable SQLException failure;
    private long batches;

    /**
     * Makes a log.
     *
     * @param database lends connections to a database that has, or may get, the tables of the log
     */
    public DatabaseEventLog(DataSource database, DatabaseEventLogConfig config) {
        this.database = requireNonNull(database, "database");
        this.config = requireNonNull(config, "config");
        this.upkeep = new Upkeep(instance, config);
    }

    /** Returns the SQL statements that make the tables, for those who do so by a migration. */
    public static String tables() {
        return LogTables.definition();
    }

    @Override
    void start(Deliveries to) throws SQLException {
        Known known;
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            if (config.createsTables()) {
                tables.create();
            }
            tables.register(instance);
            known = Known.read(tables, config.retention(), to.mostMissed());
        }
        deliveries = to;
        Thread writer = new Thread(() -> run(known, to), "socket-log");
        writer.setDaemon(true);
        thread = writer;
        writer.start();
    }

    @Override
    @Nullable
    String recoveryId(Session session) {
        return session.recoveryId;
    }

    @Override
    void append(Entry entry) {
        Deliveries to = deliveries;
        if (to == null) {
            throw new IllegalStateException("nothing can be sent before the server starts");
        }
        if (!appending.tryEnter()) {
            throw new IllegalStateException("the log of the sockets has ended");
        }
        try {
            append(entry, to);
        } finally {
            appending.exit();
        }
    }

    private void append(Entry entry, Deliveries to) {
        SQLException why = failure;
        if (why != null && entry instanceof Entry.Admission admission) {
            to.postpone(admission);
            return;
        }
        if (entry instanceof Entry.Emission emission) {
            long size = size(emission);
            if (waitingBytes.addAndGet(size) > config.maxWaitingBytes()) {
                waitingBytes.addAndGet(-size);
                throw new IllegalStateException(
                        "more than " + config.maxWaitingBytes() + " bytes of events wait to be kept"
                                + (why == null ? "" : "; the database says: " + why.getMessage()));
            }
        }
        waiting.incrementAndGet();
        queue.add(entry);
    }

    @Override
    SortedSet<String> users(Namespace namespace, Duration grace) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return new PresentUsers(namespace.name(), config.lease(), grace).read(connection);
        }
    }

    private static long size(Entry.Emission emission) {
        return emission.data().text().length() + OVERHEAD;
    }

    private void run(Known known, Deliveries to) {
        try {
            while (stopping.getCount() > 0 || !queue.isEmpty()) {
                work(known, to);
            }
            appending.quiesce();
            while (appending.inFlight().orElse(0) > 0 || !queue.isEmpty()) {
                work(known, to);
            }
            try (Connection connection = database.getConnection()) {
                new LogTables(connection).unregister(instance);
            }
        } catch (InterruptedException e) {
            LOG.error("The log of the sockets was interrupted: {} entries are lost", waiting.get());
        } catch (SQLException e) {
            LOG.warn("The log of the sockets could not say that this instance ends: {}", e.getMessage());
        } catch (Throwable e) {
            LOG.error("The log of the sockets has failed: {} entries are lost", waiting.get(), e);
        } finally {
            appending.quiesce();
        }
    }

    private void work(Known known, Deliveries to) throws InterruptedException {
        List<Entry> entries = take();
        if (!entries.isEmpty()) {
            keep(new Batch(++batches, instance, entries), known, to);
            entries.forEach(this::release);
        }
        if (stopping.getCount() > 0 && (entries.isEmpty() || upkeep.isDue())) {
            look(known, to);
        }
    }

    private void release(Entry entry) {
        waiting.decrementAndGet();
        if (entry instanceof Entry.Emission emission) {
            waitingBytes.addAndGet(-size(emission));
        }
    }

    private List<Entry> take() throws InterruptedException {
        List<Entry> entries = new ArrayList<>();
        Entry first = stopping.getCount() == 0
                ? queue.poll()
                : queue.poll(upkeep.atMost(config.pollInterval()).toNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
            entries.add(first);
            queue.drainTo(entries, LARGEST_BATCH - 1);
            entries.remove(WAKE_UP);
        }
        return entries;
    }

    private void keep(Batch batch, Known known, Deliveries to) throws InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        for (boolean again = false; ; again = true) {
            try {
                write(batch, known, again);
                answers();
                batch.deliver(known, to);
                return;
            } catch (SQLException e) {
                fails(e);
                batch.withdrawAdmissions().forEach(to::postpone);
                postponeWaiting(to);
                TimeUnit.MILLISECONDS.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** Turns away those who came just before it was known that the database does not answer. */
    private void postponeWaiting(Deliveries to) {
        List<Entry.Admission> postponed = new ArrayList<>();
        queue.removeIf(entry -> entry instanceof Entry.Admission admission && postponed.add(admission));
        postponed.forEach(this::release);
        postponed.forEach(to::postpone);
    }

    private void write(Batch batch, Known known, boolean again) throws SQLException {
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            if (again && tables.lastBatch(instance) == batch.number()) {
                // It had been kept when the connection was lost.
                return;
            }
            connection.setAutoCommit(false);
            try {
                batch.write(tables, known);
                upkeep.reviveIfMissed(tables, known);
                connection.commit();
            } catch (SQLException e) {
                rollBack(connection, e);
                throw e;
            }
            upkeep.wasSeen();
            connection.setAutoCommit(true);
        }
    }

    private static void rollBack(Connection connection, SQLException why) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    /** Looks for what others have sent, and does what is due from time to time. */
    private void look(Known known, Deliveries to) {
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            LogTables.Head head = tables.head();
            for (RecentEvents.Event event : tables.events(known.position(), head.position())) {
                known.events().add(event);
                Batch.deliver(event, to);
                known.advance(event.id());
            }
            upkeep.look(tables, known, batches);
            answers();
        } catch (SQLException e) {
            fails(e);
        }
    }

    private void fails(SQLException e) {
        if (failure == null) {
            LOG.warn(
                    "Events for sockets cannot be kept, and wait; clients that join are asked to come back: {}",
                    e.getMessage());
        }
        failure = e;
    }

    private void answers() {
        if (failure != null) {
            failure = null;
            LOG.info("Events for sockets are kept again");
        }
    }

    /**
     * Hands on what has been appended, and ends.
     *
     * @throws TimeoutException if something was not kept at the deadline; the message says how much and why
     */
    @Override
    void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        stopping.countDown();
        Thread writer = thread;
        if (writer == null) {
            return;
        }
        queue.add(WAKE_UP);
        try {
            // A time of zero would be for ever.
            writer.join(Math.max(1, deadline.remaining().toMillis()));
            int left = waiting.get();
            if (writer.isAlive() && left > 0) {
                SQLException why = failure;
                throw new TimeoutException("the log of the sockets had " + left + " entries to keep at the deadline"
                        + (why == null ? "" : "; the database says: " + why.getMessage()));
            }
            if (writer.isAlive()) {
                LOG.warn("The log of the sockets could not say that this instance ends: the database does not answer");
            }
        } finally {
            appending.quiesce();
            writer.interrupt();
        }
    }
}
