package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
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

    private final Stage stage;
    private final Order order;
    private final Set<String> members;
    private final @Nullable Shares shares;
    private final long stageEnd;
    private final RunState state;

    private final Map<String, Integer> waitingFor = new HashMap<>();
    private final TreeSet<String> free = new TreeSet<>();
    private final Map<String, RunningStep> running = new LinkedHashMap<>();
    private long nextProgress;
    private long nextEnd;
    private boolean woken;
    private boolean cut;

    /**
     * Prepares a stage.
     *
     * @param stage which it is
     * @param order the order of the components
     * @param members the components that take part; those after one that does not do not wait for it
     * @param shares how they share the time of the stage; null if each may take all of it
     * @param stageEnd the point on the clock at which the stage is over
     * @param state what the run has come to
     */
    StageRun(Stage stage, Order order, Set<String> members, @Nullable Shares shares, long stageEnd, RunState state) {
        this.stage = stage;
        this.order = order;
        this.members = members;
        this.shares = shares;
        this.stageEnd = stageEnd;
        this.state = state;
    }

    /** Returns when every component is through, or has been left behind. */
    void run() {
        takeEarlierEvents();
        for (String component : order.sequence()) {
            int count = order.predecessors(component).size();
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
        take(state.events().poll());
        woken = false;
    }

    private void takeEvents() throws InterruptedException {
        long until = nextEnd - nextProgress < 0 ? nextEnd : nextProgress;
        take(state.time().poll(state.events(), until));
    }

    /** Takes an event, and those that are there after it. */
    private void take(@Nullable Optional<RunningStep> first) {
        for (Optional<RunningStep> event = first;
                event != null;
                event = state.events().poll()) {
            if (event.isPresent()) {
                finish(event.get());
            } else {
                woken = true;
            }
        }
    }

    private void startFree() {
        while (!free.isEmpty()) {
            String component = requireNonNull(free.pollFirst());
            if (!members.contains(component)) {
                release(component);
            } else if (cut || state.cut(stage) != null) {
                state.skipped(component, stage);
                release(component);
            } else {
                start(component);
            }
        }
    }

    private void start(String component) {
        long now = now();
        long length = Math.max(SHORTEST_STEP, end(component, now) - now);
        long margin = Math.min(LONGEST_MARGIN, length / 10);
        RunningStep step = new RunningStep(
                component,
                stage,
                order.followers(component),
                state.graph().lifecycle(component),
                Deadline.after(Duration.ofNanos(length - margin), state.time()),
                now,
                now + length,
                state);
        running.put(component, step);
        if (step.endsAt() - nextEnd < 0) {
            nextEnd = step.endsAt();
        }
        state.began(step);
        try {
            state.threads().execute(step);
        } catch (RuntimeException | OutOfMemoryError noThread) {
            end(step, Outcome.FAILED, noThread, List.of());
        }
    }

    /** Returns the point on the clock by which a component's step, begun now, has to end. */
    private long end(String component, long now) {
        return shares == null ? stageEnd : shares.end(component, now, stageEnd);
    }

    private void finish(RunningStep step) {
        if (running.get(step.component()) == step) {
            end(step, outcome(step.error()), step.error(), List.of());
        } else {
            StepLog.endedLate(step.component(), step.stage());
        }
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
        Long end = state.cut(stage);
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
        List<RunningStep> overrun = new ArrayList<>();
        for (RunningStep step : running.values()) {
            if (step.endsAt() - now <= 0) {
                overrun.add(step);
            }
        }
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
        List<RunningStep> counted = new ArrayList<>();
        for (RunningStep step : steps) {
            if (step.isCounted()) {
                counted.add(step);
            }
        }
        CountDownLatch measured = new CountDownLatch(counted.size());
        for (RunningStep step : counted) {
            try {
                state.threads().execute(() -> {
                    step.measureInFlight();
                    measured.countDown();
                });
            } catch (RuntimeException | OutOfMemoryError noThread) {
                measured.countDown();
            }
        }
        try {
            boolean all = measured.await(longestCount(), TimeUnit.NANOSECONDS);
            for (RunningStep step : counted) {
                if (!all && step.inFlightAtEnd().isEmpty()) {
                    state.silent().add(step.component());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the nanoseconds that a count may take at most, which come out of what is kept at the end of the total. */
    private long longestCount() {
        return Math.min(
                TimeUnit.MILLISECONDS.toNanos(RunningStep.LONGEST_COUNT_MILLIS),
                state.budgets().end().toNanos() / 5);
    }

    private void end(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
        running.remove(step.component());
        state.ended(step, outcome, error, stack);
        release(step.component());
    }

    private void release(String component) {
        for (String next : order.successors(component)) {
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
            state.waiting(stage, List.copyOf(running.values()), now);
            nextProgress = now + PROGRESS_INTERVAL;
            // An exit that is called while another one waits wakes nobody.
            woken = true;
        }
    }

    private long now() {
        return state.time().nanoTime();
    }
}
