package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a run has come to: what was asked of it, what has started, and what the start failed by. It tells the journal, the log
 * and the listeners of whatever happens, and has what steps are run with.
 *
 * <p>Requests and what is asked of them may come from any thread. The thread that runs the phase tells of steps, and it alone
 * looks at what has been touched or started.
 */
final class RunState {

    /** What a step gets to end properly when it is cut. */
    private static final Duration CUT_GRACE = Duration.ofMillis(200);

    private final ComponentGraph graph;
    private final Budgets budgets;
    private final TimeSource time;
    private final Executor threads;
    private final BlockingQueue<Optional<RunningStep>> events = new LinkedBlockingQueue<>();
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private final Journal journal;
    private final Listeners listeners = new Listeners();

    private final Set<String> touched = new HashSet<>();
    private final Set<String> started = new HashSet<>();
    private volatile @Nullable Step startFault;
    private volatile long startFaultAt;
    private volatile @Nullable String request;
    private volatile long requestedAt;
    private volatile boolean hurried;

    RunState(ComponentGraph graph, Budgets budgets, TimeSource time, Executor threads) {
        this.graph = graph;
        this.budgets = budgets;
        this.time = time;
        this.threads = threads;
        this.journal = new Journal(graph, budgets, time);
    }

    ComponentGraph graph() {
        return graph;
    }

    Budgets budgets() {
        return budgets;
    }

    TimeSource time() {
        return time;
    }

    Executor threads() {
        return threads;
    }

    /** Returns what wakes the thread that runs the phase: a step that has ended, or nothing but a change of circumstances. */
    BlockingQueue<Optional<RunningStep>> events() {
        return events;
    }

    /** Returns the components that have not told in time what they have in flight. */
    Set<String> silent() {
        return silent;
    }

    Journal journal() {
        return journal;
    }

    Listeners listeners() {
        return listeners;
    }

    /** Returns the components that have begun to start. */
    Set<String> touched() {
        return touched;
    }

    /** Returns the components that have started. */
    Set<String> started() {
        return started;
    }

    @Nullable
    Step startFault() {
        return startFault;
    }

    Stage stage() {
        return journal.stage();
    }

    void enter(Stage next) {
        journal.enter(next);
        listeners.tell(listener -> listener.entered(next));
    }

    /** Tells that the service is ready. */
    void announceReady() {
        Report report = report();
        listeners.tell(listener -> listener.started(report));
    }

    Report report() {
        return journal.report(reason(), hurried);
    }

    boolean isHurried() {
        return hurried;
    }

    boolean isStopRequested() {
        return request != null;
    }

    /** Takes note of the first request. Every one wakes the thread that waits, as circumstances may have changed. */
    synchronized void requestStop(String reason) {
        if (request == null) {
            requestedAt = time.nanoTime();
            request = reason;
        }
        events.add(Optional.empty());
    }

    void hurry() {
        if (isStopRequested()) {
            hurried = true;
            events.add(Optional.empty());
        }
    }

    /** Returns why the service stops; null if nobody has asked for that. */
    @Nullable
    String reason() {
        return startFault == null ? request : null;
    }

    /** Returns the point from which the time of the shutdown counts. */
    long stopBegan() {
        if (startFault != null) {
            return startFaultAt;
        }
        return isStopRequested() ? requestedAt : time.nanoTime();
    }

    /** Returns, once a stage is cut, the point on the clock by which its running steps have to end; null until then. */
    @Nullable
    Long cut(Stage stage) {
        boolean givenUp = stage == Stage.STARTING && (startFault != null || isStopRequested());
        if (hurried && (givenUp || stage == Stage.LINGERING || stage == Stage.DRAINING)) {
            return time.nanoTime() + CUT_GRACE.toNanos();
        }
        return givenUp ? (Long) (stopBegan() + budgets.drain().toNanos()) : null;
    }

    void began(RunningStep step) {
        String component = step.component();
        Stage stage = step.stage();
        journal.began(step);
        if (stage == Stage.STARTING) {
            touched.add(component);
        }
        listeners.tell(listener -> listener.began(component, stage));
        StepLog.began(component, stage);
    }

    void ended(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
        step.trace().end(outcome);
        Step ended = journal.ended(step, outcome, error, stack);
        if (ended.stage() == Stage.STARTING) {
            if (outcome == Outcome.COMPLETED) {
                started.add(ended.component());
            } else if (startFault == null && !outcome.isClean() && !isStopRequested()) {
                startFaultAt = time.nanoTime();
                startFault = ended;
            }
        }
        tellEnded(ended);
    }

    void skipped(String component, Stage stage) {
        tellEnded(journal.skipped(component, stage));
    }

    /** Tells for whom a stage waits, and how long it will at most. */
    void waiting(Stage stage, List<RunningStep> running, long now) {
        long last = 0;
        List<String> names = new ArrayList<>();
        for (RunningStep step : running) {
            last = Math.max(last, step.endsAt() - now);
            names.add(step.component());
        }
        Duration left = Duration.ofNanos(last);
        listeners.tell(listener -> listener.waiting(stage, List.copyOf(names), left));
        StepLog.waiting(stage, running, now);
    }

    private void tellEnded(Step step) {
        // The log may block, and a listener may be what ends the process then.
        listeners.tell(listener -> listener.ended(step));
        StepLog.ended(step);
    }
}
