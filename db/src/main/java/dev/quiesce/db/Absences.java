package dev.quiesce.db;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tells who has been absent for so long that it can only be dead. Not safe for use by several threads. */
final class Absences {
    private final long longestNanos;
    private final Map<Integer, Long> since = new HashMap<>();

    /** Makes one for which nobody is dead before the given time is over. */
    Absences(long longestNanos) {
        this.longestNanos = longestNanos;
    }

    /** Takes note of who is absent now, and returns those who have been so without a break for long. */
    Set<Integer> dead(Set<Integer> absent, long now) {
        since.keySet().retainAll(absent);
        Set<Integer> dead = new TreeSet<>();
        for (Integer number : absent) {
            if (now - since.computeIfAbsent(number, first -> now) >= longestNanos) {
                dead.add(number);
            }
        }
        return dead;
    }

    /** Forgets who was absent, as nobody knows whether it has been so all the time. */
    void forget() {
        since.clear();
    }
}
