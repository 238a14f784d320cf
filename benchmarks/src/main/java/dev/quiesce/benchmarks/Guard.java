package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What entering and exiting a guard costs on threads that do nothing else. */
final class Guard implements Part {
    private static final String GUARD = "guard";
    private static final String RIVAL = "longAdder";
    private static final double MOST_TIMES_RIVAL = 1.5;
    private static final double LEAST_OF_OWN = 0.8;
    private static final int CROWD = 4;

    private final int cores = Runtime.getRuntime().availableProcessors();

    @Override
    public String name() {
        return "guard";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        SortedSet<Integer> threadCounts = new TreeSet<>(List.of(1, 2, cores, CROWD * cores));
        Map<Integer, Map<String, Sample>> throughput = new TreeMap<>();
        for (int round = 0; round < effort.rounds(); round++) {
            for (int threads : threadCounts) {
                run(threads, throughput.computeIfAbsent(threads, any -> new TreeMap<>()));
            }
        }
        List<Figure> figures = new ArrayList<>();
        throughput.forEach((threads, samples) -> samples.forEach((benchmark, sample) ->
                figures.add(figure(benchmark + ", threads: " + threads, sample.median(), "op/µs"))));
        figures.add(figure(
                        "time of " + GUARD + " / " + RIVAL + ", threads: 1",
                        of(throughput, 1, RIVAL) / of(throughput, 1, GUARD),
                        "")
                .atMost(MOST_TIMES_RIVAL));
        figures.add(figure(
                        "throughput of " + GUARD + ", threads: " + CROWD * cores + " / " + cores,
                        of(throughput, CROWD * cores, GUARD) / of(throughput, cores, GUARD),
                        "")
                .atLeast(LEAST_OF_OWN));
        return figures;
    }

    private static double of(Map<Integer, Map<String, Sample>> throughput, int threads, String benchmark) {
        return throughput.get(threads).get(benchmark).median();
    }

    private static void run(int threads, Map<String, Sample> throughput) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(GuardBenchmark.class.getName() + "\\.")
                .mode(Mode.Throughput)
                .timeUnit(TimeUnit.MICROSECONDS)
                .threads(threads)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.milliseconds(250))
                .measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(200))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        for (RunResult result : new Runner(options).run()) {
            Sample sample = throughput.computeIfAbsent(result.getPrimaryResult().getLabel(), any -> new Sample());
            result.getBenchmarkResults().forEach(fork -> {
                for (IterationResult iteration : fork.getIterationResults()) {
                    sample.add(iteration.getPrimaryResult().getScore());
                }
            });
        }
    }

    private Figure figure(String what, double value, String unit) {
        return Figure.of(name(), what, value, unit);
    }
}
