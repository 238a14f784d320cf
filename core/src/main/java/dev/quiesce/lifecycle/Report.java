package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a service did: each step of each component, from the first start to the last stop.
 *
 * <p>Immutable.
 *
 * @param reason why the service was stopped, for example {@code SIGTERM}
 * @param started whether the service became ready
 * @param hurried whether the shutdown was told to hurry, which cuts linger and drain
 * @param startTime the time from the begin of the start until the service was ready, or until the start was given up
 * @param stopTime the time from the request to stop, or the failure of the start, until everything was stopped
 * @param steps the steps in the order in which they ended
 */
public record Report(
        String reason, boolean started, boolean hurried, Duration startTime, Duration stopTime, List<Step> steps) {

    /** Makes the list of steps immutable. */
    public Report {
        steps = List.copyOf(steps);
    }

    /**
     * One step of one component.
     *
     * @param component the component's name
     * @param stage the stage in which it was taken: starting, quiescing, draining or stopping
     * @param outcome how it ended
     * @param took how long it took
     * @param error what it threw, if it failed
     * @param stack where the component's thread stood when the step overran, innermost frame first; otherwise empty
     */
    public record Step(
            String component,
            Stage stage,
            Outcome outcome,
            Duration took,
            @Nullable Throwable error,
            List<StackTraceElement> stack) {

        /** Makes the stack immutable. */
        public Step {
            stack = List.copyOf(stack);
        }

        /** Returns a sentence such as {@code pool main failed while draining after 12 ms: 3 connections are still borrowed}. */
        @Override
        public String toString() {
            String sentence = component + " " + verb() + " while "
                    + stage.name().toLowerCase(Locale.ROOT) + " after " + took.toMillis() + " ms";
            if (error != null) {
                return sentence + ": " + words(error);
            }
            return stack.isEmpty() ? sentence : sentence + " at " + stack.get(0);
        }

        /** An exception is foreign code: even asking for its message may fail. */
        private static String words(Throwable error) {
            try {
                return error.getMessage() == null ? error.toString() : error.getMessage();
            } catch (RuntimeException e) {
                return error.getClass().getName();
            }
        }

        private String verb() {
            return switch (outcome) {
                case COMPLETED -> "completed";
                case FAILED -> "failed";
                case OVERRAN -> "overran";
                case CUT -> "was cut";
                case SKIPPED -> "was skipped";
            };
        }
    }

    /** Returns the steps that failed or overran, in the order in which they did. */
    public List<Step> faults() {
        return steps.stream().filter(step -> !step.outcome().isClean()).toList();
    }

    /** Returns whether no step failed or overran. */
    public boolean isClean() {
        return faults().isEmpty();
    }

    /** Returns the step that the component took in the stage, if there was one. */
    public Optional<Step> step(String component, Stage stage) {
        return steps.stream()
                .filter(step -> step.component().equals(component) && step.stage() == stage)
                .findFirst();
    }

    /** Returns one line that says how it went, naming every culprit. */
    public String summary() {
        String took = " in " + stopTime.toMillis() + " ms (" + reason + ")";
        if (!isClean()) {
            return "Stopped with faults" + took + ": "
                    + faults().stream().map(Step::toString).collect(Collectors.joining("; "));
        }
        return (hurried ? "Stopped in a hurry" : "Stopped cleanly") + took;
    }
}
