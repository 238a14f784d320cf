package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.RunningStep.Ended;
import dev.quiesce.lifecycle.RunningStep.Event;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes components through one stage: each as soon as those before it in the order are through, side by side where the
 * order leaves them free, none longer than its time.
 *
 * <p>Confined to the thread that calls {@link #run}; only the events come from other threads.
 */
final class StageRun {
    private static final long PROGRESS_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    /** How much earlier a component's deadline lies than the point at which it is left behind, so that it can say why. */
    private static final long LONGEST_MARGIN = TimeUnit.MILLISECONDS.toNanos(200);

    /** What even a step gets whose stage has run out of time. Little, since many may come one after the other. */
    private static final long SHORTEST_STEP = TimeUnit.MILLISECONDS.toNanos(1);

    /** What differs from stage to stage, the call of the component's method included. */
    interface Rules extends RunningStep.Call {

        /** Returns the order of the components. */
        Order order();

        /** Returns whether a component takes part; those after one that does not do not wait for it. */
        boolean takesPart(String component);

        /** Returns the point on the clock by which a component's step, begun now, has to end. */
        long end(String component, long now);

        /** Returns, once the stage is cut, the point on the clock by which running steps have to end; null until then. */
        default @Nullable Long cut() {
            return null;
        }
    }

    /**
     * What steps are run with.
     *
     * @param time the clock
     * @param threads their threads
     * @param events the way in which they report their end
     * @param silent the components that have not told in time what they have in flight
     */
    record Engine(TimeSource time, Executor threads, BlockingQueue<Event> events, Set<String> silent) {}

    /** Is told of each step. Called on the thread that runs the stage. */
    interface Observer {
        void began(RunningStep step);

        void ended(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack);

        void skipped(String component, Stage stage);

        void endedLate(RunningStep step);

        void waiting(Stage stage, List<RunningStep> running, long now);
    }

    private final Stage stage;
    private final ComponentGraph graph;
    private final Rules rules;
    private final Engine engine;
    private final Observer observer;

    private final Map<String, Integer> waitingFor = new HashMap<>();
    private final TreeSet<String> free = new TreeSet<>();
    private final Map<String, RunningStep> running = new LinkedHashMap<>();
    private long nextProgress;
    private long nextEnd;
    private boolean woken;
    private boolean cut;

    StageRun(Stage stage, ComponentGraph graph, Rules rules, Engine engine, Observer observer) {
        this.stage = stage;
        this.graph = graph;
        this.rules = rules;
        this.engine = engine;
        this.observer = observer;
    }

    /** Returns when every component is through, or has been left behind. */
    void run() {
        takeEarlierEvents();
        for (String component : rules.order().sequence()) {
            int count = rules.order().predecessors(component).size();
            waitingFor.put(component, count);
            if (count == 0) {
                free.add(component);
            }
        }
        boolean interrupted = false;
        nextProgress = now() + PROGRESS_INTERVAL;
        nextEnd = nextProgress;
        startFree();
        while (!running.isEmpty()) {
            try {
                takeEvents();
            } catch (InterruptedException e) {
                interrupted = true;
            }
            cutIfAsked();
            leaveExitingBehind();
            leaveOverrunBehind();
            startFree();
            tellProgress();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whoever has asked for something before this stage is no step of it, which spares looking at the stacks of all. */
    private void takeEarlierEvents() {
        take(engine.events().poll());
        woken = false;
    }

    private void takeEvents() throws InterruptedException {
        long until = nextEnd - nextProgress < 0 ? nextEnd : nextProgress;
        take(engine.time().poll(engine.events(), until));
    }

    /** Takes an event, and those that are there after it. */
    private void take(@Nullable Event first) {
        for (Event event = first; event != null; event = engine.events().poll()) {
            if (event instanceof Ended end) {
                finish(end);
            } else {
                woken = true;
            }
        }
    }

    private void startFree() {
        while (!free.isEmpty()) {
            String component = requireNonNull(free.pollFirst());
            if (!rules.takesPart(component)) {
                release(component);
            } else if (cut || rules.cut() != null) {
                observer.skipped(component, stage);
                release(component);
            } else {
                start(component);
            }
        }
    }

    private void start(String component) {
        long now = now();
        long length = Math.max(SHORTEST_STEP, rules.end(component, now) - now);
        long margin = Math.min(LONGEST_MARGIN, length / 10);
        RunningStep step = new RunningStep(
                component,
                stage,
                rules.order().followers(component),
                graph.lifecycle(component),
                rules,
                Deadline.after(Duration.ofNanos(length - margin), engine.time()),
                now,
                now + length,
                engine);
        running.put(component, step);
        if (step.endsAt() - nextEnd < 0) {
            nextEnd = step.endsAt();
        }
        observer.began(step);
        try {
            engine.threads().execute(step);
        } catch (RuntimeException | OutOfMemoryError noThread) {
            end(step, Outcome.FAILED, noThread, List.of());
        }
    }

    private void finish(Ended end) {
        RunningStep step = end.step();
        if (running.get(step.component()) != step) {
            observer.endedLate(step);
            return;
        }
        end(step, outcome(end.error()), end.error(), List.of());
    }

    /** What is thrown once the stage is cut is thrown because of that, but for errors, which are nobody's way to give up. */
    private Outcome outcome(@Nullable Throwable error) {
        if (error == null) {
            return Outcome.COMPLETED;
        }
        return cut && !(error instanceof Error) ? Outcome.CUT : Outcome.FAILED;
    }

    /** Interrupts running steps once; asked again, because a later request may leave them less time. */
    private void cutIfAsked() {
        Long end = rules.cut();
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
        findNextEnd();
    }

    /** A component that calls {@code System.exit} waits for the end of this shutdown, and must not be waited for. */
    private void leaveExitingBehind() {
        if (!woken) {
            return;
        }
        woken = false;
        for (RunningStep step : List.copyOf(running.values())) {
            if (step.isExiting()) {
                end(step, Outcome.FAILED, new IllegalStateException("it called System.exit"), step.stack());
            }
        }
    }

    private void leaveOverrunBehind() {
        long now = now();
        if (nextEnd - now > 0) {
            return;
        }
        List<RunningStep> overrun = running.values().stream()
                .filter(step -> step.endsAt() - now <= 0)
                .toList();
        measureInFlight(overrun);
        for (RunningStep step : overrun) {
            List<StackTraceElement> stack = step.stack();
            if (!step.hasEnded()) {
                step.interrupt();
                end(step, Outcome.OVERRAN, null, stack);
            }
        }
        findNextEnd();
    }

    /** Asks those that are left behind what they have in flight; in real time, since this is no wait of the service. */
    private void measureInFlight(List<RunningStep> steps) {
        List<RunningStep> counted =
                steps.stream().filter(RunningStep::isCounted).toList();
        CountDownLatch measured = new CountDownLatch(counted.size());
        for (RunningStep step : counted) {
            try {
                engine.threads().execute(() -> {
                    step.measureInFlight();
                    measured.countDown();
                });
            } catch (RuntimeException | OutOfMemoryError noThread) {
                measured.countDown();
            }
        }
        try {
            if (!measured.await(RunningStep.LONGEST_COUNT_MILLIS, TimeUnit.MILLISECONDS)) {
                counted.stream()
                        .filter(step -> step.inFlightAtEnd().isEmpty())
                        .map(RunningStep::component)
                        .forEach(engine.silent()::add);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
        running.remove(step.component());
        observer.ended(step, outcome, error, stack);
        release(step.component());
    }

    private void release(String component) {
        for (String next : rules.order().successors(component)) {
            if (waitingFor.merge(next, -1, Integer::sum) == 0) {
                free.add(next);
            }
        }
    }

    private void findNextEnd() {
        nextEnd = now() + PROGRESS_INTERVAL;
        for (RunningStep step : running.values()) {
            if (step.endsAt() - nextEnd < 0) {
                nextEnd = step.endsAt();
            }
        }
    }

    private void tellProgress() {
        long now = now();
        if (now - nextProgress >= 0 && !running.isEmpty()) {
            observer.waiting(stage, List.copyOf(running.values()), now);
            nextProgress = now + PROGRESS_INTERVAL;
            // An exit that is called while another one waits wakes nobody.
            woken = true;
        }
    }

    private long now() {
        return engine.time().nanoTime();
    }
}
