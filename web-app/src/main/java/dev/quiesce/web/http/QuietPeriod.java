package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.TimeSource;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Waits until nothing has come for a while. Thread-safe. */
final class QuietPeriod {
    private final Duration period;
    private final TimeSource time;

    /**
     * Makes one.
     *
     * @param period for how long nothing may have come
     * @param time the clock of arrivals and deadlines
     */
    QuietPeriod(Duration period, TimeSource time) {
        this.period = period;
        this.time = time;
    }

    /**
     * Waits, from now on at the earliest.
     *
     * @param lastArrival returns the point on the clock at which the last thing has come
     * @return whether nothing has come for the period; false if the deadline came first
     */
    boolean await(LongSupplier lastArrival, Deadline deadline) throws InterruptedException {
        BlockingQueue<Boolean> nothing = new ArrayBlockingQueue<>(1);
        long begin = time.nanoTime();
        while (!deadline.isExpired()) {
            long arrival = lastArrival.getAsLong();
            long since = arrival - begin > 0 ? arrival : begin;
            long now = time.nanoTime();
            if (now - since >= period.toNanos()) {
                return true;
            }
            long rest = period.toNanos() - (now - since);
            time.poll(nothing, now + Math.min(rest, deadline.remaining(TimeUnit.NANOSECONDS)));
        }
        return false;
    }

    /** Returns the period, such as {@code 1000 ms}. */
    @Override
    public String toString() {
        return period.toMillis() + " ms";
    }
}
