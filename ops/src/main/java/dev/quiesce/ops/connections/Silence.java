package dev.quiesce.ops.connections;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells which pools have been silent for so long, and have begun nothing meanwhile, that they can only be dead: by the same rule
 * as pools themselves do. Not thread-safe.
 */
final class Silence {
    /** A pool: whose it is, and its number. */
    record Pool(String user, int number) {}

    private final long longestNanos;
    private final Map<Pool, Long> since = new HashMap<>();

    Silence(long longestNanos) {
        this.longestNanos = longestNanos;
    }

    /**
     * Takes note of who is silent now, and returns those who have been so without a break for long.
     *
     * @param silent how long ago each of those who are silent has begun something for the last time, in ns
     */
    Set<Pool> dead(Map<Pool, Long> silent, long now) {
        since.keySet().retainAll(silent.keySet());
        Set<Pool> dead = new HashSet<>();
        silent.forEach((pool, idleNanos) -> {
            long missedFor = now - since.computeIfAbsent(pool, first -> now);
            if (idleNanos < missedFor) {
                since.put(pool, now);
            } else if (missedFor >= longestNanos) {
                dead.add(pool);
            }
        });
        return dead;
    }
}
