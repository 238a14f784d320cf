package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.socketio.LogTables.Head;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance does from time to time: it says that it lives, says of those who no longer do that their clients have gone, and
 * forgets what is old. For use by the thread of the log.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseEventLog.class);

    /** For how long an instance that does not answer is still known, as it may come back and ask what it has kept. */
    private static final Duration LONGEST_ABSENCE = Duration.ofHours(1);

    private final LogInstances instances;
    private final DatabaseEventLogConfig config;
    private final Duration signs;
    private final Duration sweeps;
    private long seen = System.nanoTime();
    private long checked = System.nanoTime();
    private boolean checking;
    private long swept = System.nanoTime();

    Upkeep(LogInstances instances, DatabaseEventLogConfig config) {
        this.instances = instances;
        this.config = config;
        this.signs = config.lease().dividedBy(4);
        this.sweeps = config.lease().dividedBy(3);
    }

    /** Notes which instances there are, and when each was seen last. */
    void know(Map<String, Long> lastSeen) {
        Map<String, Long> living = new HashMap<>(lastSeen);
        living.values().removeIf(time -> time < 0);
        instances.know(living.keySet());
    }

    /**
     * The database has been told that this instance lives.
     *
     * @param begun when that began, on the clock of the JVM
     */
    void wasSeen(long begun) {
        seen = begun;
        if (checking) {
            checked = begun;
        }
    }

    /**
     * Says that the clients of this instance are there, if others have said otherwise, or may have, since it was not seen for so long.
     * Looks for it now and then only, as what others have said stays said until then. To be called in a transaction, before anything else
     * is written.
     */
    void reviveIfMissed(LogTables tables, Known known) throws SQLException {
        checking = isOver(checked, signs);
        if (!checking) {
            return;
        }
        tables.lockedHead();
        boolean buried = tables.isBuried(instances.own());
        if (buried || isOver(seen, config.lease())) {
            tables.sessions().revive(known.present().values());
            tables.unbury(instances.own());
        }
    }

    /** Returns a time, or the one after which something is due if that is shorter. */
    Duration atMost(Duration time) {
        return time.compareTo(signs) < 0 ? time : signs;
    }

    /** Whether something is to be done, however much else there is to do. */
    boolean isDue() {
        return isOver(seen, signs) || isOver(swept, sweeps) || instances.hasDead();
    }

    void look(LogTables tables, Known known, long lastBatch) throws SQLException {
        if (isOver(seen, signs)) {
            long begun = System.nanoTime();
            tables.inTransaction(() -> {
                reviveIfMissed(tables, known);
                tables.seen(instances.own(), lastBatch, 0);
                return lastBatch;
            });
            wasSeen(begun);
        }
        if (instances.hasDead()) {
            buryDead(tables);
        }
        if (isOver(swept, sweeps) && !sweep(tables, known)) {
            swept = System.nanoTime();
        }
    }

    /**
     * Buries those that are said to be dead and have been silent for longer than one ever is that lives and reaches the database. Others
     * will be said to be dead again, if they are.
     */
    private void buryDead(LogTables tables) throws SQLException {
        Set<String> dead = instances.takeDead();
        Map<String, Long> lastSeen = tables.instances();
        lastSeen.keySet().retainAll(dead);
        buryAll(lastSeen, tables.head().now() - sweeps.toMillis(), tables);
        know(tables.instances());
    }

    /** Does what a sweep does, and returns whether another one is due at once. */
    private boolean sweep(LogTables tables, Known known) throws SQLException {
        Head head = tables.head();
        long oldest = head.now() - LONGEST_ABSENCE.toMillis();
        Map<String, Long> lastSeen = tables.instances();
        lastSeen.remove(instances.own());
        buryAll(lastSeen, head.now() - config.lease().toMillis(), tables);
        for (Map.Entry<String, Long> each : lastSeen.entrySet()) {
            if (Math.abs(each.getValue()) < oldest) {
                tables.delete(each.getKey());
            }
        }
        know(tables.instances());
        long keptFrom = known.oldest(head.now());
        return tables.forget(
                keptFrom, tables.positionAt(keptFrom, known.retention().events(), head));
    }

    /** Says that the clients of those have gone that live no longer, as they were not seen after a time. */
    private static void buryAll(Map<String, Long> lastSeen, long lastAlive, LogTables tables) throws SQLException {
        for (Map.Entry<String, Long> each : lastSeen.entrySet()) {
            long time = each.getValue();
            if (time < 0 || time >= lastAlive) {
                continue;
            }
            int gone = tables.inTransaction(() -> tables.bury(each.getKey(), time));
            if (gone > 0) {
                LOG.info("An instance has ended without a word: its {} sockets count as gone", gone);
            }
        }
    }

    private static boolean isOver(long since, Duration time) {
        return System.nanoTime() - since >= time.toNanos();
    }
}
