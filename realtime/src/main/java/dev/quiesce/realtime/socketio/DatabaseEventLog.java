package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.InstanceRemains;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** What the statement that keeps an event takes beside its JSON and its rooms, with much to spare, in bytes. */
    private static final long ROW_OVERHEAD = 8 * 1024;

    private static final long LEAST_PACKET = 1024 * 1024;
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    private final DataSource database;
    private final DatabaseEventLogConfig config;
    private final LogInstances instances = new LogInstances();
    private final LogThread thread;
    private final Upkeep upkeep;
    private volatile @Nullable Deliveries deliveries;
    private volatile @Nullable SQLException failure;
    private volatile long largestEvent = Long.MAX_VALUE;
    private long batches;

    /**
     * Makes a log.
     *
     * @param database lends connections to a database that has, or may get, the tables of the log
     */
    public DatabaseEventLog(DataSource database, DatabaseEventLogConfig config) {
        this.database = requireNonNull(database, "database");
        this.config = requireNonNull(config, "config");
        this.thread = new LogThread(config.maxWaitingBytes(), LARGEST_BATCH);
        this.upkeep = new Upkeep(instances, config);
    }

    /**
     * Returns what the pool of the log is to watch, before it starts: then the sockets of instances that die count as gone as soon as the
     * pool knows, which is sooner than their lease ends. Pools that cannot tell leave it to the lease. Thread-safe.
     */
    public InstanceRemains remains() {
        return instances;
    }

    /** Returns the SQL statements that make the tables, for those who do so by a migration. */
    public static String tables() {
        return LogTables.definition();
    }

    @Override
    void start(Deliveries to) throws SQLException {
        thread.claim();
        Known known;
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            if (config.createsTables()) {
                tables.create();
            }
            largestEvent = largestEvent(tables.maxAllowedPacket());
            tables.register(instances.own());
            upkeep.know(tables.instances());
            known = Known.read(tables, config.retention(), to.mostMissed());
        }
        deliveries = to;
        thread.start(new LogThread.Keeper() {
            @Override
            public Duration patience() {
                return upkeep.atMost(config.pollInterval());
            }

            @Override
            public void keep(List<Entry> entries) throws InterruptedException {
                work(entries, known, to);
            }

            @Override
            public void end() {
                unregister();
            }
        });
    }

    @Override
    @Nullable
    String recoveryId(Session session) {
        return session.recoveryId;
    }

    @Override
    void append(Entry entry) {
        if (entry instanceof Entry.Emission emission && emission.isKept()) {
            requireToFit(emission);
        }
        SQLException why = failure;
        Deliveries to = deliveries;
        if (why != null && to != null && entry instanceof Entry.Admission admission) {
            to.postpone(admission);
        } else if (!thread.add(entry)) {
            throw new IllegalStateException("more than " + config.maxWaitingBytes() + " bytes of events wait to be kept"
                    + (why == null ? "" : "; the database says: " + why.getMessage()));
        }
    }

    private static long largestEvent(long maxAllowedPacket) {
        if (maxAllowedPacket < LEAST_PACKET) {
            throw new IllegalStateException("the database takes statements of " + maxAllowedPacket
                    + " bytes only, which is too little for the log of the sockets: set its max_allowed_packet to "
                    + LEAST_PACKET
                    + " or more");
        }
        return maxAllowedPacket - ROW_OVERHEAD;
    }

    /** One that the server never takes would be tried again for ever, with all others behind it. */
    private void requireToFit(Entry.Emission emission) {
        long size = emission.keptSize();
        if (size > largestEvent) {
            throw new IllegalArgumentException(
                    "an event of " + size + " bytes is more than the database takes; send less, or raise its"
                            + " max_allowed_packet so that it is some kilobytes more than that");
        }
    }

    @Override
    void whenHandedOn(Runnable action) {
        thread.add(new Entry.Mark(action));
        if (failure != null) {
            thread.passMarks();
        }
    }

    @Override
    SortedSet<String> users(Namespace namespace, Duration grace) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return new PresentUsers(namespace.name(), config.lease(), grace).read(connection);
        }
    }

    private void work(List<Entry> entries, Known known, Deliveries to) throws InterruptedException {
        if (!entries.isEmpty()) {
            keep(new Batch(++batches, instances.own(), entries), known, to);
        }
        if (!thread.isStopping() && (entries.isEmpty() || upkeep.isDue())) {
            look(known, to);
        }
    }

    private void unregister() {
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            tables.inTransaction(() -> tables.unregister(instances.own()));
        } catch (SQLException e) {
            if (!thread.isAbandoned()) {
                LOG.warn("The log of the sockets could not say that this instance ends: {}", e.getMessage());
            }
        }
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
                thread.passMarks();
                // And those who came just before it was known that the database does not answer.
                thread.withdrawAdmissions().forEach(to::postpone);
                TimeUnit.MILLISECONDS.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    private void write(Batch batch, Known known, boolean again) throws SQLException {
        long begun = System.nanoTime();
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            if (again && tables.lastBatch(instances.own()) == batch.number()) {
                // It had been kept when the connection was lost.
                return;
            }
            tables.inTransaction(() -> {
                upkeep.reviveIfMissed(tables, known);
                batch.write(tables, known);
                return batch;
            });
            upkeep.wasSeen(begun);
        }
    }

    /** Looks for what others have sent, and does what is due from time to time. */
    private void look(Known known, Deliveries to) {
        try (Connection connection = database.getConnection()) {
            LogTables tables = new LogTables(connection);
            LogTables.Head head = tables.head();
            List<RecentEvents.Event> others = tables.events(known.position(), head.position());
            for (RecentEvents.Event event : others) {
                known.events().add(event);
                Batch.deliver(event, to);
                known.advance(event.id());
            }
            to.flush();
            upkeep.look(tables, known, batches);
            answers();
        } catch (SQLException e) {
            fails(e);
        }
    }

    private void fails(SQLException e) {
        if (failure == null && !thread.isAbandoned()) {
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

    @Override
    void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        thread.drain(deadline, () -> failure != null);
    }

    /**
     * Hands on what has been appended, and ends.
     *
     * @throws TimeoutException if something was not kept at the deadline; the message says how much and why
     */
    @Override
    void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        if (thread.stop(deadline)) {
            return;
        }
        int left = thread.waiting();
        if (left > 0) {
            SQLException why = failure;
            throw new TimeoutException("the log of the sockets had " + left + " entries to keep at the deadline"
                    + (why == null ? "" : "; the database says: " + why.getMessage()));
        }
        LOG.warn("The log of the sockets could not say that this instance ends: the database does not answer");
    }
}
