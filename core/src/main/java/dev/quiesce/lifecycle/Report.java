package dev.quiesce.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a service has done: each step of each component, from the first start to the last stop.
 *
 * <p>Immutable. A report can be made at any time; it is the final one if its stage is terminal.
 *
 * @param stage the stage that the service was in
 * @param reason why the service was stopped, for example {@code SIGTERM}; null if nobody has asked for that, as after a
 *     failed start
 * @param started whether the service became ready
 * @param hurried whether the shutdown was told to hurry, which cuts linger and drain
 * @param at when the report was made, by the wall clock
 * @param startTime the time from the begin of the start until the service was ready, or until the start was given up
 * @param stopTime the time from the request to stop, or the failure of the start, until everything was stopped
 * @param total the budget of the whole shutdown
 * @param stages the time that was spent in each stage; at the first request to stop, a start under way goes on as such
 * @param components the names of all components, in the order of the start
 * @param steps the steps in the order in which they ended, then those that are under way. A component that has nothing to
 *     do when the service quiesces or drains takes no step there
 */
public record Report(
        Stage stage,
        @Nullable String reason,
        boolean started,
        boolean hurried,
        Instant at,
        Duration startTime,
        Duration stopTime,
        Duration total,
        Map<Stage, Duration> stages,
        List<String> components,
        List<Step> steps) {

    /** Makes the collections immutable. */
    public Report {
        Map<Stage, Duration> times = new EnumMap<>(Stage.class);
        times.putAll(stages);
        stages = Collections.unmodifiableMap(times);
        components = List.copyOf(components);
        steps = List.copyOf(steps);
    }

    /**
     * One step of one component.
     *
     * @param component the component's name
     * @param stage the stage in which it was taken: starting, lingering, quiescing, draining or stopping
     * @param outcome how it ended
     * @param began when it began, from the begin of the start if it was taken then, and otherwise from the request to stop
     * @param took how long it took
     * @param inFlightAtBegin how much accepted work the component had not finished before the step; empty if it does not
     *     count, and in the start
     * @param inFlightAtEnd the same after the step, or when it was left behind
     * @param error what it threw, if it did
     * @param stack where the component's thread stood when the step was left behind, innermost frame first; otherwise empty
     */
    public record Step(
            String component,
            Stage stage,
            Outcome outcome,
            Duration began,
            Duration took,
            OptionalLong inFlightAtBegin,
            OptionalLong inFlightAtEnd,
            @Nullable Throwable error,
            List<StackTraceElement> stack) {
        private static final int MOST_CAUSES = 8;

        /** Makes the stack immutable. */
        public Step {
            stack = List.copyOf(stack);
        }

        /** Returns a sentence such as {@code pool main failed while draining after 12 ms: 3 connections are still borrowed}. */
        @Override
        public String toString() {
            String sentence = component + " " + outcome.verb() + " while "
                    + stage.name().toLowerCase(Locale.ROOT) + " after " + took.toMillis() + " ms";
            if (error != null) {
                return sentence + ": " + words(error);
            }
            if (!outcome.isClean() && inFlightAtEnd.orElse(0) > 0) {
                sentence += " with " + inFlightAtEnd.getAsLong() + " in flight";
            }
            return stack.isEmpty() ? sentence : sentence + " at " + stack.get(0);
        }

        /**
         * Returns what an error and its causes say, since frameworks like to wrap the reason. An exception is foreign code:
         * even asking for its message may fail.
         */
        static String words(Throwable error) {
            try {
                StringBuilder words = new StringBuilder(words(error.getMessage(), error));
                Throwable cause = error.getCause();
                for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
                    String more = words(cause.getMessage(), cause);
                    if (words.indexOf(more) < 0) {
                        words.append(": ").append(more);
                    }
                    cause = cause.getCause();
                }
                return words.toString();
            } catch (Throwable e) {
                return error.getClass().getName();
            }
        }

        private static String words(@Nullable String message, Throwable error) {
            return message == null ? error.getClass().getName() : message;
        }
    }

    /** Returns the steps that are not clean: those that failed or overran, and in a report that is not final, run. */
    public List<Step> faults() {
        List<Step> faults = new ArrayList<>();
        for (Step step : steps) {
            if (!step.outcome().isClean()) {
                faults.add(step);
            }
        }
        return List.copyOf(faults);
    }

    /** Returns whether every step is clean. */
    public boolean isClean() {
        return faults().isEmpty();
    }

    /** Returns the step that the component took in the stage, if there was one. */
    public Optional<Step> step(String component, Stage stage) {
        for (Step step : steps) {
            if (step.component().equals(component) && step.stage() == stage) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }

    /** Returns one line that says how it went, naming every culprit. */
    public String summary() {
        String took = " in " + stopTime.toMillis() + " ms" + (reason == null ? "" : " (" + reason + ")");
        StringJoiner culprits = new StringJoiner("; ");
        for (Step fault : faults()) {
            culprits.add(fault.toString());
        }
        if (!stage.isTerminal()) {
            return "Not at an end: " + stage + took + (isClean() ? "" : ": " + culprits);
        }
        if (isStartFailure()) {
            return "Start failed: " + culprits;
        }
        if (!isClean()) {
            return "Stopped with faults" + took + ": " + culprits;
        }
        return (hurried ? "Stopped in a hurry" : "Stopped cleanly") + took;
    }

    /**
     * Returns this report as one line of JSON. Its schema has a version and is described in the handbook, docs/report.md:
     * fields may be added to a version, but none is removed or changes its meaning.
     */
    public String toJson() {
        return ReportJson.of(this);
    }

    /** Returns whether the service was stopped because it could not start, and not because somebody asked for it. */
    boolean isStartFailure() {
        return stage == Stage.FAILED && !started && reason == null;
    }
}
