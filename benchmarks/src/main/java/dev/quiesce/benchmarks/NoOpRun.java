package dev.quiesce.benchmarks;

import ch.qos.logback.classic.Level;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.Report;
import dev.quiesce.lifecycle.StartFailedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Starts and stops components that do nothing, first in a JVM that has done nothing like that before, then again. */
final class NoOpRun {
    static final int SIZE = 10_000;
    static final String COLD = "cold";
    static final String WARM = "warm";
    static final String COLD_GRAPH = "cold-graph";
    static final String WARM_GRAPH = "warm-graph";
    static final String HAND_OVERS = "hand-overs";

    private static final int WARM_RUNS = 9;

    /** So much that even a ten-thousandth of it is never used up. */
    private static final Duration PLENTY = Duration.ofHours(10);

    private static final Budgets BUDGETS = Budgets.ofTotal(PLENTY).withStart(PLENTY);

    private NoOpRun() {}

    public static void main(String[] args) throws Exception {
        Logging.from(Level.WARN);
        Shape shape = NoOpShape.valueOf(args[0]).of(SIZE);
        Times cold = Times.of(shape);
        Fork.print(COLD, cold.run());
        Fork.print(COLD_GRAPH, cold.graph());
        Sample run = new Sample();
        Sample graph = new Sample();
        for (int i = 0; i < WARM_RUNS; i++) {
            Times warm = Times.of(shape);
            run.add(warm.run());
            graph.add(warm.graph());
        }
        Fork.print(WARM, run.median());
        Fork.print(WARM_GRAPH, graph.median());
        Fork.print(HAND_OVERS, HandOvers.millis(2 * SIZE));
    }

    /** What building the graph took, and what starting and stopping its components took, in milliseconds. */
    private record Times(double graph, double run) {

        static Times of(Shape shape) throws StartFailedException {
            AtomicInteger starts = new AtomicInteger();
            AtomicInteger stops = new AtomicInteger();
            List<Nothing> components = Stream.generate(() -> new Nothing(starts, stops))
                    .limit(SIZE)
                    .toList();
            long begin = System.nanoTime();
            ComponentGraph graph = shape.graph(components);
            Coordinator service = Coordinator.of(graph, BUDGETS);
            long built = System.nanoTime();
            Check.that(service.start(), "Not started");
            Report report = service.stop("benchmark");
            long stopped = System.nanoTime();
            Check.allStopped(report, SIZE);
            Check.that(starts.get() == SIZE && stops.get() == SIZE, starts + " starts and " + stops + " stops");
            return new Times(millis(built - begin), millis(stopped - built));
        }

        private static double millis(long nanos) {
            return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }
    }

    private static final class Nothing implements Lifecycle {
        private final AtomicInteger starts;
        private final AtomicInteger stops;

        Nothing(AtomicInteger starts, AtomicInteger stops) {
            this.starts = starts;
            this.stops = stops;
        }

        @Override
        public void start() {
            starts.incrementAndGet();
        }

        @Override
        public void stop(Deadline deadline) {
            stops.incrementAndGet();
        }
    }
}
