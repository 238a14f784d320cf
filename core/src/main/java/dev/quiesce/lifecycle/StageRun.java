package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Report.Step;
import dev.quiesce.lifecycle.RunningStep.Ended;
import dev.quiesce.lifecycle.RunningStep.Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes all components through one stage: each as soon as those before it in the order are through, side by side where
 * the order leaves them free, none longer than its time.
 *
 * <p>Confined to the thread that calls {@link #run}; only the events come from other threads.
 */
final class StageRun {
    private static final Logger log = LoggerFactory.getLogger(Coordinator.class);
    private static final long PROGRESS_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    /** How much earlier a component's deadline lies than the point at which it is left behind, so that it can say why. */
    private static final long LONGEST_MARGIN = TimeUnit.MILLISECONDS.toNanos(200);

    /** What even the last step of a stage that has run out of time gets. */
    private static final long SHORTEST_STEP = TimeUnit.MILLISECONDS.toNanos(20);

    /**
     * What differs from stage to stage.
     *
     * @param participants the components that take part; those after the others do not wait for them
     * @param endOf the point on the clock at which a component's step, begun now, is left behind
     * @param cut once the stage is cut, the point on the clock by which running steps have to end; null until then
     * @param call the call of the component's method
     */
    record Rules(
            Set<String> participants,
            ToLongFunction<String> endOf,
            Supplier<@Nullable Long> cut,
            RunningStep.Call call) {}

    private final Stage stage;
    private final Order order;
    private final ComponentGraph graph;
    private final Rules rules;
    private final TimeSource time;
    private final Executor executor;
    private final BlockingQueue<Event> events;
    private final Consumer<Step> ended;

    private final Map<String, Integer> waitingFor = new HashMap<>();
    private final TreeSet<String> free = new TreeSet<>();
    private final Map<String, RunningStep> running = new TreeMap<>();
    private boolean cut;

    StageRun(
            Stage stage,
            Order order,
            ComponentGraph graph,
            Rules rules,
            TimeSource time,
            Executor executor,
            BlockingQueue<Event> events,
            Consumer<Step> ended) {
        this.stage = stage;
        this.order = order;
        this.graph = graph;
        this.rules = rules;
        this.time = time;
        this.executor = executor;
        this.events = events;
        this.ended = ended;
    }

    /** Returns when every component is through, or has been left behind. */
    void run() {
        for (String component : order.sequence()) {
            int count = order.predecessors(component).size();
            waitingFor.put(component, count);
            if (count == 0) {
                free.add(component);
            }
        }
        boolean interrupted = false;
        long nextProgress = time.nanoTime() + PROGRESS_INTERVAL;
        startFree();
        while (!running.isEmpty()) {
            try {
                for (Event event = time.poll(events, earliest(nextProgress)); event != null; event = events.poll()) {
                    if (event instanceof Ended end) {
                        finish(end);
                    }
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
            cutIfAsked();
            leaveOverrunBehind();
            startFree();
            if (time.nanoTime() - nextProgress >= 0) {
                logProgress();
                nextProgress += PROGRESS_INTERVAL;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void startFree() {
        while (!free.isEmpty()) {
            String component = requireNonNull(free.pollFirst());
            if (!rules.participants().contains(component)) {
                release(component);
            } else if (cut || rules.cut().get() != null) {
                end(component, Outcome.SKIPPED, 0, null, List.of());
            } else {
                start(component);
            }
        }
    }

    private void start(String component) {
        long now = time.nanoTime();
        long length = Math.max(SHORTEST_STEP, rules.endOf().applyAsLong(component) - now);
        long margin = Math.min(LONGEST_MARGIN, length / 10);
        RunningStep step = new RunningStep(
                component,
                graph.lifecycle(component),
                rules.call(),
                Deadline.after(Duration.ofNanos(length - margin), time),
                "quiesce-" + stage.name().toLowerCase(Locale.ROOT) + "-" + component,
                now,
                now + length,
                events);
        if (stage == Stage.STOPPING) {
            log.info("Stopping {}", component);
        }
        running.put(component, step);
        try {
            executor.execute(step);
        } catch (RuntimeException | OutOfMemoryError noThread) {
            running.remove(component);
            end(component, Outcome.FAILED, 0, noThread, List.of());
        }
    }

    private void finish(Ended end) {
        RunningStep step = end.step();
        if (!running.remove(step.component(), step)) {
            log.info("{} has ended late", step.component());
            return;
        }
        Outcome outcome = end.error() == null ? Outcome.COMPLETED : cut ? Outcome.CUT : Outcome.FAILED;
        end(step.component(), outcome, time.nanoTime() - step.startedAt(), end.error(), List.of());
    }

    /** Interrupts running steps once; asked again, because a later request may leave them less time. */
    private void cutIfAsked() {
        Long end = rules.cut().get();
        if (end == null) {
            return;
        }
        for (RunningStep step : running.values()) {
            step.endBy(end);
            if (!cut) {
                step.interrupt();
            }
        }
        cut = true;
    }

    private void leaveOverrunBehind() {
        long now = time.nanoTime();
        List<RunningStep> overrun = running.values().stream()
                .filter(step -> step.endsAt() - now <= 0)
                .toList();
        for (RunningStep step : overrun) {
            running.remove(step.component());
            List<StackTraceElement> stack = step.stack();
            step.interrupt();
            end(step.component(), Outcome.OVERRAN, now - step.startedAt(), null, stack);
        }
    }

    private void end(
            String component, Outcome outcome, long nanos, @Nullable Throwable error, List<StackTraceElement> stack) {
        ended.accept(new Step(component, stage, outcome, Duration.ofNanos(nanos), error, stack));
        release(component);
    }

    private void release(String component) {
        for (String next : order.successors(component)) {
            if (waitingFor.merge(next, -1, Integer::sum) == 0) {
                free.add(next);
            }
        }
    }

    private long earliest(long other) {
        long earliest = other;
        for (RunningStep step : running.values()) {
            if (step.endsAt() - earliest < 0) {
                earliest = step.endsAt();
            }
        }
        return earliest;
    }

    private void logProgress() {
        long now = time.nanoTime();
        running.values()
                .forEach(step -> log.info(
                        "{}: waiting for {} since {} ms, at most {} ms more",
                        stage,
                        step.component(),
                        TimeUnit.NANOSECONDS.toMillis(now - step.startedAt()),
                        TimeUnit.NANOSECONDS.toMillis(step.endsAt() - now)));
    }
}
