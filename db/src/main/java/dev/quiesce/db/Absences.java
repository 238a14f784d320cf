package dev.quiesce.db;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells who has been absent for so long, and has done nothing meanwhile, that it can only be dead. Not safe for use by several
 * threads.
 *
 * @param <K> what distinguishes one from others
 */
final class Absences<K extends Comparable<K>> {
    private final long longestNanos;
    private final Map<K, Long> since = new HashMap<>();

    /** Makes one for which nobody is dead before the given time is over. */
    Absences(long longestNanos) {
        this.longestNanos = longestNanos;
    }

    /**
     * Takes note of who is absent now, and returns those who have been so without a break for long. Whoever has begun something since
     * it was first missed lives.
     *
     * @param absent how long ago each of those who are absent has begun something for the last time
     */
    Set<K> dead(Map<K, Long> absent, long now) {
        since.keySet().retainAll(absent.keySet());
        Set<K> dead = new TreeSet<>();
        absent.forEach((who, idleNanos) -> {
            long missedFor = now - since.computeIfAbsent(who, first -> now);
            if (idleNanos < missedFor) {
                since.put(who, now);
            } else if (missedFor >= longestNanos) {
                dead.add(who);
            }
        });
        return dead;
    }

    /** Forgets who was absent, as nobody knows whether it has been so all the time. */
    void forget() {
        since.clear();
    }
}
