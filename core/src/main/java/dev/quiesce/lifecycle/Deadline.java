package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A point on the monotonic clock by which something should have ended, handed down in place of a timeout.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Deadline {
    private final TimeSource time;
    private final long nanoTime;

    private Deadline(TimeSource time, long nanoTime) {
        this.time = time;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the deadline that lies the given time from now on the system's monotonic clock.
     *
     * @param fromNow the time until the deadline; zero or negative gives a deadline that has already expired
     */
    public static Deadline after(Duration fromNow) {
        return after(fromNow, TimeSource.system());
    }

    /**
     * Returns the deadline that lies the given time from now on the given clock.
     *
     * @param fromNow the time until the deadline; zero or negative gives a deadline that has already expired
     * @param time the clock that this deadline is read against
     */
    public static Deadline after(Duration fromNow, TimeSource time) {
        return new Deadline(requireNonNull(time, "time"), time.nanoTime() + toNanos(fromNow));
    }

    /** Returns the time left, or zero if this deadline has expired. */
    public Duration remaining() {
        return Duration.ofNanos(remainingNanos());
    }

    /** Returns the time left in the given unit, rounded down, or zero if this deadline has expired. */
    public long remaining(TimeUnit unit) {
        return unit.convert(remainingNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns whether this deadline has been reached. */
    public boolean isExpired() {
        return remainingNanos() == 0;
    }

    /** Returns the deadline that lies the given time before this one. */
    public Deadline minus(Duration earlierBy) {
        return new Deadline(time, nanoTime - toNanos(earlierBy));
    }

    /**
     * Returns the earlier of this deadline and the point that lies the given time from now.
     *
     * @param fromNow the most time that the result may leave
     */
    public Deadline atMost(Duration fromNow) {
        Deadline other = after(fromNow, time);
        return other.nanoTime - nanoTime < 0 ? other : this;
    }

    /** Returns a text such as {@code in 1500 ms}, for messages. */
    @Override
    public String toString() {
        return "in " + remaining(TimeUnit.MILLISECONDS) + " ms";
    }

    /** Takes the head of the queue, waiting for one until this deadline, as {@link TimeSource#poll} does. */
    <T> @Nullable T poll(BlockingQueue<T> queue) throws InterruptedException {
        return time.poll(queue, nanoTime);
    }

    long remainingNanos() {
        return Math.max(0, nanoTime - time.nanoTime());
    }

    /** A quarter of the range: large enough for any wait, small enough that differences of such points never overflow. */
    private static long toNanos(Duration duration) {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 4);
        return duration.compareTo(longest) > 0 ? longest.toNanos() : duration.toNanos();
    }
}
