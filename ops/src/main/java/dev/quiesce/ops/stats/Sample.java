package dev.quiesce.ops.stats;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What {@code docker stats} has said of one container at one moment.
 *
 * @param at the moment, if known
 * @param container its name
 * @param cpus CPUs in use: 1 is one CPU, which Docker calls 100 %
 * @param memory bytes in use, without the page cache
 * @param limit bytes that it may use; the memory of the host if it has no limit
 * @param pids processes and threads
 */
public record Sample(@Nullable Instant at, String container, double cpus, long memory, long limit, int pids) {
    /** Returns the same with a moment. */
    public Sample at(Instant moment) {
        return new Sample(moment, container, cpus, memory, limit, pids);
    }
}
