package dev.quiesce.docs.core;

import dev.quiesce.lifecycle.LifecycleListener;
import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.util.function.Consumer;

/** Tells of steps that took longer than a second. */
record SlowSteps(Consumer<String> alarm) implements LifecycleListener {

    @Override
    public void ended(Step step) {
        if (step.took().compareTo(Duration.ofSeconds(1)) > 0) {
            alarm.accept(step.toString());
        }
    }
}
