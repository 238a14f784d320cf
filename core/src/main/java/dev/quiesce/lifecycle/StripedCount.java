package dev.quiesce.lifecycle;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts entries and exits separately, each spread over several counters, so that threads seldom meet at one of them.
 *
 * <p>Neither kind of counter ever decreases, and an exit follows its entry. So if all exits are read first and all entries
 * then, and the sums are equal, nothing was inside at the moment between: entries up to then were at most, and exits at
 * least, what was read. A single counter for each stripe that goes up and down would not tell that, as work may enter at a
 * stripe that has been read and exit at one that has not.
 *
 * <p>Safe for use by many threads; lock-free.
 */
final class StripedCount {
    private static final long CLOSED = Long.MIN_VALUE;

    /** Two cache lines, since processors fetch them in pairs. */
    private static final int STRIPE = 16;

    private static final int EXITS = 1;
    private static final int MOST_STRIPES = 64;

    /** Several times as many as processors, so that two threads that run at the same time seldom have the same one. */
    private static final int STRIPES = Math.min(
            MOST_STRIPES, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1) * 4);

    /** Of each stripe the entries, whose highest bit says that it is closed, and the exits. The first stripe is padding. */
    private final AtomicLongArray cells = new AtomicLongArray((STRIPES + 1) * STRIPE);

    /** Counts an entry, unless this is closed; an entry that is refused has exited at once. */
    boolean tryEnter() {
        int stripe = stripe();
        if (cells.getAndIncrement(stripe) >= 0) {
            return true;
        }
        cells.getAndIncrement(stripe + EXITS);
        return false;
    }

    void exit() {
        cells.getAndIncrement(stripe() + EXITS);
    }

    /** Refuses entries from now on. */
    void close() {
        for (int stripe = STRIPE; stripe < cells.length(); stripe += STRIPE) {
            long entries = cells.get(stripe);
            while (!cells.compareAndSet(stripe, entries, entries | CLOSED)) {
                entries = cells.get(stripe);
            }
        }
    }

    boolean isClosed() {
        return cells.get(cells.length() - STRIPE) < 0;
    }

    /** Returns entries less exits; zero only if there was a moment with nothing inside, and negative only after an exit too many. */
    long sum() {
        long exits = 0;
        for (int stripe = STRIPE; stripe < cells.length(); stripe += STRIPE) {
            exits += cells.get(stripe + EXITS);
        }
        long entries = 0;
        for (int stripe = STRIPE; stripe < cells.length(); stripe += STRIPE) {
            entries += cells.get(stripe) & ~CLOSED;
        }
        return entries - exits;
    }

    private static int stripe() {
        return (1 + ((int) Thread.currentThread().getId() & (STRIPES - 1))) * STRIPE;
    }
}
