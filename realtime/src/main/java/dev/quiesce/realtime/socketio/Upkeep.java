package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.socketio.LogTables.Head;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
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

    private final String instance;
    private final DatabaseEventLogConfig config;
    private final Duration signs;
    private final Duration sweeps;
    private long seen = System.nanoTime();
    private long swept = System.nanoTime();

    Upkeep(String instance, DatabaseEventLogConfig config) {
        this.instance = instance;
        this.config = config;
        this.signs = config.lease().dividedBy(4);
        this.sweeps = config.lease().dividedBy(3);
    }

    /** The database has been told that this instance lives. */
    void wasSeen() {
        seen = System.nanoTime();
    }

    /** Says that the clients of this instance are there, if it was not seen for so long that others may have said otherwise. */
    void reviveIfMissed(LogTables tables, Known known) throws SQLException {
        if (isOver(seen, config.lease())) {
            tables.sessions().revive(known.present().values());
        }
    }

    /** Returns a time, or the one after which something is due if that is shorter. */
    Duration atMost(Duration time) {
        return time.compareTo(signs) < 0 ? time : signs;
    }

    /** Whether something is to be done, however much else there is to do. */
    boolean isDue() {
        return isOver(seen, signs) || isOver(swept, sweeps);
    }

    void look(LogTables tables, Known known, long lastBatch) throws SQLException {
        if (isOver(seen, signs)) {
            reviveIfMissed(tables, known);
            tables.seen(instance, lastBatch, 0);
            wasSeen();
        }
        if (isOver(swept, sweeps) && !sweep(tables, known)) {
            swept = System.nanoTime();
        }
    }

    /** Does what a sweep does, and returns whether another one is due at once. */
    private boolean sweep(LogTables tables, Known known) throws SQLException {
        Head head = tables.head();
        long lastAlive = head.now() - config.lease().toMillis();
        long oldest = head.now() - LONGEST_ABSENCE.toMillis();
        for (Map.Entry<String, Long> dead :
                tables.instancesLastSeen(oldest, lastAlive).entrySet()) {
            int gone = tables.sessions().bury(dead.getKey(), dead.getValue());
            if (gone > 0) {
                LOG.info("An instance has ended without a word: its {} sockets count as gone", gone);
            }
        }
        for (String forgotten : tables.instancesLastSeen(0, oldest).keySet()) {
            tables.delete(forgotten);
        }
        long keptFrom = known.oldest(head.now());
        return tables.forget(
                keptFrom, tables.positionAt(keptFrom, known.retention().events(), head));
    }

    private static boolean isOver(long since, Duration time) {
        return System.nanoTime() - since >= time.toNanos();
    }
}
