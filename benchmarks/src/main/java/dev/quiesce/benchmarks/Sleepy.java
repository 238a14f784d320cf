package dev.quiesce.benchmarks;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A component that sleeps while it stops, and takes the time. The times may be read once the service has stopped. */
final class Sleepy implements Lifecycle {
    private static final int MOST_MILLIS = 20;

    private final int nominalMillis;
    private int stops;
    private long began;
    private long ended;

    Sleepy(Random random) {
        nominalMillis = 1 + random.nextInt(MOST_MILLIS);
    }

    @Override
    public void start() {
        // Only the stop counts.
    }

    @Override
    public void stop(Deadline deadline) throws InterruptedException {
        began = System.nanoTime();
        stops++;
        Thread.sleep(nominalMillis);
        ended = System.nanoTime();
    }

    long nominalNanos() {
        return TimeUnit.MILLISECONDS.toNanos(nominalMillis);
    }

    long tookNanos() {
        Check.that(stops == 1, "Stopped " + stops + " times");
        return ended - began;
    }

    boolean stoppedAfter(Sleepy other) {
        return began - other.ended >= 0;
    }
}
