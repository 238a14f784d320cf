package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a service may take to start, and how the total time of its shutdown is carved up.
 *
 * <p>The shutdown has one total. Its end is held back for the stop stage, so that a drain that runs out never costs a
 * component its {@code stop}; linger takes at most its own share from the beginning; what lies between belongs to
 * quiescing and draining. A stage that ends early leaves its time to the next ones.
 *
 * @param start the most time that starting everything may take; 60 s by default
 * @param total the most time from the request to stop to the end; 8 s by default, inside the 10 s after which
 *     {@code docker stop} kills
 * @param linger the most time to go on serving while unready; 0 by default
 * @param stop the time held back for the stop stage; a quarter of the total by default
 */
public record Budgets(Duration start, Duration total, Duration linger, Duration stop) {

    private static final Duration DEFAULT_START = Duration.ofSeconds(60);
    private static final Duration DEFAULT_TOTAL = Duration.ofSeconds(8);

    /**
     * Checks the budgets.
     *
     * @throws IllegalArgumentException if one of start, total and stop is not positive, linger is negative, or linger and
     *     stop leave nothing of the total for draining; the message has the figures
     */
    public Budgets {
        List<String> mistakes = new ArrayList<>();
        requirePositive("start", start, mistakes);
        requirePositive("total", total, mistakes);
        requirePositive("stop", stop, mistakes);
        if (linger.isNegative()) {
            mistakes.add("linger is " + text(linger) + ", it must not be negative");
        }
        if (mistakes.isEmpty() && linger.plus(stop).compareTo(total) >= 0) {
            mistakes.add("linger " + text(linger) + " and stop " + text(stop) + " leave nothing of the total "
                    + text(total) + " for draining: raise the total above "
                    + text(linger.plus(stop)) + " or lower the others");
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("The time budgets do not fit: " + String.join("; ", mistakes));
        }
    }

    /** Returns the default budgets. */
    public static Budgets defaults() {
        return ofTotal(DEFAULT_TOTAL);
    }

    /**
     * Returns the default budgets for a shutdown of the given total.
     *
     * @throws IllegalArgumentException if the total is not positive
     */
    public static Budgets ofTotal(Duration total) {
        return new Budgets(DEFAULT_START, total, Duration.ZERO, total.dividedBy(4));
    }

    /**
     * Returns these budgets with another most time for the start.
     *
     * @throws IllegalArgumentException if the time is not positive
     */
    public Budgets withStart(Duration newStart) {
        return new Budgets(newStart, total, linger, stop);
    }

    /**
     * Returns these budgets with another most time to linger.
     *
     * @throws IllegalArgumentException if the budgets then do not fit the total
     */
    public Budgets withLinger(Duration newLinger) {
        return new Budgets(start, total, newLinger, stop);
    }

    /**
     * Returns these budgets with another time held back for the stop stage.
     *
     * @throws IllegalArgumentException if the budgets then do not fit the total
     */
    public Budgets withStop(Duration newStop) {
        return new Budgets(start, total, linger, newStop);
    }

    /** Returns the time that draining has if lingering takes all of its own. */
    public Duration drain() {
        return total.minus(linger).minus(stop);
    }

    private static void requirePositive(String name, Duration duration, List<String> mistakes) {
        if (duration.isNegative() || duration.isZero()) {
            mistakes.add(name + " is " + text(duration) + ", it must be positive");
        }
    }

    private static String text(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
