package dev.quiesce.benchmarks;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Transactions that are in flight while something else happens. Thread-safe. */
final class Transactions implements AutoCloseable {
    private static final int LONGEST_SECONDS = 60;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Crowd.Result> result;

    private Transactions(DrillService service, int count, int millis) {
        Crowd crowd = new Crowd(service::address, new Crowd.Manners(Duration.ofSeconds(LONGEST_SECONDS), 0, millis));
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        result = thread.submit(() -> crowd.play(Collections.nCopies(count, begin), end));
    }

    /** Begins transactions, each of which takes so long. */
    static Transactions begin(DrillService service, int count, int millis) {
        return new Transactions(service, count, millis);
    }

    /** Returns what has become of them, once all are over. */
    Crowd.Result result() throws Exception {
        return result.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
