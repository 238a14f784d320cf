package dev.quiesce.benchmarks;

import dev.quiesce.lifecycle.Report;
import dev.quiesce.lifecycle.Stage;

/** Sees to it that what was measured is what should have been measured. */
public final class Check {
    private Check() {}

    /**
     * Checks that something holds.
     *
     * @throws IllegalStateException if it does not; the message is the given one
     */
    public static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** Checks that every component has started and stopped, and cleanly. */
    static void allStopped(Report report, int components) {
        that(report.stage() == Stage.STOPPED && report.isClean(), report.summary());
        for (Stage stage : new Stage[] {Stage.STARTING, Stage.STOPPING}) {
            long steps = report.steps().stream()
                    .filter(step -> step.stage() == stage)
                    .count();
            that(steps == components, steps + " of " + components + " took the step " + stage);
        }
    }
}
