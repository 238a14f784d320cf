package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to a service so far, from which its reports are made, at any time and by any thread.
 *
 * <p>Safe for use by many threads.
 */
final class Journal {
    private final TimeSource time;
    private final List<String> components;
    private final Duration total;

    private final Object lock = new Object();
    private final Set<RunningStep> running = new LinkedHashSet<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);
    private volatile Stage stage = Stage.NEW; // written under the lock
    private long stageBegan;
    private long startBegan;
    private @Nullable Long stopBegan;
    private Duration startTime = Duration.ZERO;
    private boolean becameReady;

    Journal(ComponentGraph graph, Budgets budgets, TimeSource time) {
        this.time = time;
        this.components = graph.startOrder();
        this.total = budgets.total();
    }

    Stage stage() {
        return stage;
    }

    void enter(Stage next) {
        synchronized (lock) {
            long now = time.nanoTime();
            if (stage != Stage.NEW) {
                stages.put(stage, Duration.ofNanos(now - stageBegan));
            }
            if (next == Stage.STARTING) {
                startBegan = now;
            }
            if (stage == Stage.STARTING) {
                startTime = Duration.ofNanos(now - startBegan);
            }
            becameReady |= next == Stage.READY;
            stage = next;
            stageBegan = now;
        }
    }

    /** Sets the point from which the time of the shutdown counts. */
    void stopBegan(long at) {
        synchronized (lock) {
            stopBegan = at;
        }
    }

    void began(RunningStep step) {
        synchronized (lock) {
            running.add(step);
        }
    }

    Step ended(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
        synchronized (lock) {
            running.remove(step);
            Step ended = describe(step, outcome, error, stack);
            steps.add(ended);
            return ended;
        }
    }

    Step skipped(String component, Stage skippedIn) {
        synchronized (lock) {
            Step skipped = new Step(
                    component,
                    skippedIn,
                    Outcome.SKIPPED,
                    Duration.ofNanos(time.nanoTime() - origin(skippedIn)),
                    Duration.ZERO,
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    null,
                    List.of());
            steps.add(skipped);
            return skipped;
        }
    }

    /** Returns whether all steps that have ended are clean. */
    boolean isClean() {
        synchronized (lock) {
            for (Step step : steps) {
                if (!step.outcome().isClean()) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Returns the report of what has happened until now, with the steps that are under way as such. */
    Report report(@Nullable String reason, boolean hurried) {
        synchronized (lock) {
            List<Step> all = new ArrayList<>(steps);
            for (RunningStep step : running) {
                all.add(describe(step, Outcome.RUNNING, null, step.stack()));
            }
            long now = stage.isTerminal() ? stageBegan : time.nanoTime();
            Map<Stage, Duration> times = new EnumMap<>(stages);
            if (stage != Stage.NEW && !stage.isTerminal()) {
                times.put(stage, Duration.ofNanos(now - stageBegan));
            }
            return new Report(
                    stage,
                    reason,
                    becameReady,
                    hurried,
                    Instant.now(),
                    stage == Stage.STARTING ? Duration.ofNanos(now - startBegan) : startTime,
                    stopBegan == null ? Duration.ZERO : Duration.ofNanos(now - stopBegan),
                    total,
                    times,
                    components,
                    all);
        }
    }

    private Step describe(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
        return new Step(
                step.component(),
                step.stage(),
                outcome,
                Duration.ofNanos(step.startedAt() - origin(step.stage())),
                Duration.ofNanos(time.nanoTime() - step.startedAt()),
                step.inFlightAtBegin(),
                step.inFlightAtEnd(),
                error,
                stack);
    }

    private long origin(Stage of) {
        return of == Stage.STARTING || stopBegan == null ? startBegan : stopBegan;
    }
}
