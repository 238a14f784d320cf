package dev.quiesce.benchmarks.drill;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Transactions that are in flight while something else happens. Thread-safe. */
final class Transactions implements AutoCloseable {
    private static final int LONGEST_SECONDS = 60;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Crowd.Result> result;

    private Transactions(DrillService service, int count, int millis, Duration gap) {
        Crowd crowd = new Crowd(service::address, new Crowd.Manners(Duration.ofSeconds(LONGEST_SECONDS), 0, millis));
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        List<Long> arrivals = LongStream.range(0, count)
                .mapToObj(number -> begin + number * gap.toNanos())
                .toList();
        result = thread.submit(() -> crowd.play(arrivals, end));
    }

    /** Begins transactions, each of which takes so long. */
    static Transactions begin(DrillService service, int count, int millis) {
        return new Transactions(service, count, millis, Duration.ZERO);
    }

    /** Begins a transaction now, and after each gap another one, each of which takes so long. */
    static Transactions begin(DrillService service, int count, int millis, Duration gap) {
        return new Transactions(service, count, millis, gap);
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
