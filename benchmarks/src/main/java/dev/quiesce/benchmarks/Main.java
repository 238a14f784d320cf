package dev.quiesce.benchmarks;

import java.util.List;

/** Measures the core. */
final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        Measurement core = new Measurement("bench", List.of(new Makespan(), new NoOp(), new Guard(), new Exit()));
        System.exit(core.isWithinBounds(args) ? 0 : 1);
    }
}
