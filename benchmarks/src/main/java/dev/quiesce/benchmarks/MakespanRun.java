package dev.quiesce.benchmarks;

import ch.qos.logback.classic.Level;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Report;
import dev.quiesce.lifecycle.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Stops a random graph of sleepy components once, in a JVM that has done nothing like that before. */
final class MakespanRun {
    static final String STAGE = "stage";
    static final String PATH = "path";
    static final String NOMINAL_PATH = "nominal-path";

    private static final int SIZE = 1000;
    private static final Budgets BUDGETS = Budgets.ofTotal(Duration.ofMinutes(10));

    private MakespanRun() {}

    public static void main(String[] args) throws Exception {
        Logging.from(Level.WARN);
        Random random = new Random(Long.parseLong(args[0]));
        Shape shape = Shape.random(SIZE, random);
        List<Sleepy> components =
                Stream.generate(() -> new Sleepy(random)).limit(SIZE).toList();
        Coordinator service = Coordinator.of(shape.graph(components), BUDGETS);
        service.start();
        Report report = service.stop("benchmark");
        Check.allStopped(report, SIZE);
        checkOrder(shape, components);

        Fork.print(STAGE, report.stages().get(Stage.STOPPING).toNanos() / (double) TimeUnit.MILLISECONDS.toNanos(1));
        Fork.print(PATH, path(shape, components, Sleepy::tookNanos));
        Fork.print(NOMINAL_PATH, path(shape, components, Sleepy::nominalNanos));
    }

    private static double path(Shape shape, List<Sleepy> components, ToLongFunction<Sleepy> took) {
        return shape.criticalPath(components.stream().mapToLong(took).toArray())
                / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private static void checkOrder(Shape shape, List<Sleepy> components) {
        for (int dependent = 0; dependent < SIZE; dependent++) {
            for (int dependency : shape.dependencies().get(dependent)) {
                Check.that(
                        components.get(dependency).stoppedAfter(components.get(dependent)),
                        dependency + " stopped before " + dependent);
            }
        }
    }
}
