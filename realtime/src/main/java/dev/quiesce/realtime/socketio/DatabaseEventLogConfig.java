package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a {@link DatabaseEventLog} works. Immutable. Begin with {@link #defaults()} and change what differs.
 *
 * @param retention how much is kept. Default {@link Retention#defaults()}
 * @param pollInterval how often is looked for what other instances have sent. Default 50 ms
 * @param lease the time after which an instance that shows no sign of life counts as dead, and its sockets as gone, unless it is known
 *     sooner by {@link DatabaseEventLog#remains}; the same for all instances. Default 10 s
 * @param maxWaitingBytes the most that may wait to be kept, in bytes, while the database does not answer; beyond it events are
 *     refused. Default 16 MiB
 * @param createsTables whether the tables are made if they do not exist, which takes the privilege to; if not, run
 *     {@link DatabaseEventLog#tables()} before. Default true
 */
public record DatabaseEventLogConfig(
        Retention retention, Duration pollInterval, Duration lease, long maxWaitingBytes, boolean createsTables) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public DatabaseEventLogConfig {
        requireNonNull(retention, "retention");
        if (pollInterval.toMillis() <= 0 || lease.toMillis() <= 0 || maxWaitingBytes <= 0) {
            throw new IllegalArgumentException(
                    "event log configuration: pollInterval and lease must be at least 1 ms and"
                            + " maxWaitingBytes positive, was " + pollInterval + ", " + lease + " and "
                            + maxWaitingBytes);
        }
    }

    /** Returns the defaults that are named above. */
    public static DatabaseEventLogConfig defaults() {
        return new DatabaseEventLogConfig(
                Retention.defaults(), Duration.ofMillis(50), Duration.ofSeconds(10), 16L * 1024 * 1024, true);
    }

    /** Returns this configuration with more or less kept. */
    public DatabaseEventLogConfig withRetention(Retention other) {
        return new DatabaseEventLogConfig(other, pollInterval, lease, maxWaitingBytes, createsTables);
    }

    /** Returns this configuration with another time between two looks for what others have sent. */
    public DatabaseEventLogConfig withPollInterval(Duration interval) {
        return new DatabaseEventLogConfig(retention, interval, lease, maxWaitingBytes, createsTables);
    }

    /** Returns this configuration with another time after which an instance counts as dead. */
    public DatabaseEventLogConfig withLease(Duration time) {
        return new DatabaseEventLogConfig(retention, pollInterval, time, maxWaitingBytes, createsTables);
    }

    /** Returns this configuration with another bound for what waits to be kept. */
    public DatabaseEventLogConfig withMaxWaitingBytes(long bytes) {
        return new DatabaseEventLogConfig(retention, pollInterval, lease, bytes, createsTables);
    }

    /** Returns this configuration for tables that somebody else makes. */
    public DatabaseEventLogConfig withoutCreatingTables() {
        return new DatabaseEventLogConfig(retention, pollInterval, lease, maxWaitingBytes, false);
    }
}
