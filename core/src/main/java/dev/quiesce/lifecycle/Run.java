package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The phases of a service's one passage through its stages.
 *
 * <p>One thread at a time runs a phase; the coordinator sees to that.
 */
final class Run {
    /** A quiesce should return at once; one that has not by then is left behind so that draining gets its time. */
    private static final Duration LONGEST_QUIESCE = Duration.ofSeconds(1);

    private final RunState state;
    private final ComponentGraph graph;
    private final Budgets budgets;
    private final TimeSource time;

    Run(RunState state) {
        this.state = state;
        this.graph = state.graph();
        this.budgets = state.budgets();
        this.time = state.time();
    }

    /** Starts the components and returns whether all have started. */
    boolean startComponents() {
        for (String remark : graph.remarks()) {
            StepLog.write(Level.INFO, "{}", remark);
        }
        StepLog.write(Level.INFO, "Starting {} components", graph.names().size());
        run(
                Stage.STARTING,
                graph.start(),
                graph.names(),
                budgets.shares(graph, Stage.STARTING),
                time.nanoTime() + budgets.start().toNanos());
        return state.started().size() == graph.names().size();
    }

    void logReady() {
        Report report = state.report();
        StepLog.write(Level.INFO, "Ready after {} ms", report.startTime().toMillis());
        StepLog.writeReport(Level.DEBUG, report);
    }

    /** Stops what has started and what was on its way. */
    void rollBack() {
        long began = state.stopBegan();
        state.journal().stopBegan(began);
        Step fault = state.startFault();
        StepLog.write(Level.INFO, "Rolling back the start: {}", fault == null ? state.reason() : fault);
        release(began);
    }

    /** Takes a service that is ready through linger, quiesce, drain and stop. */
    void shutDown() {
        long began = state.stopBegan();
        state.journal().stopBegan(began);
        StepLog.write(
                Level.INFO,
                "Stopping: {}; at most {} ms",
                state.reason(),
                budgets.total().toMillis());
        linger(began + budgets.linger().toNanos());
        release(began);
    }

    /** Returns the final report once everybody has been told. */
    Report announceEnd() {
        Report report = state.report();
        StepLog.writeReport(Level.INFO, report);
        state.listeners().tell(listener -> listener.ended(report));
        state.listeners().finish(budgets.end().dividedBy(2));
        return report;
    }

    @Nullable
    StartFailedException startFailure(Report report) {
        Step fault = state.startFault();
        return fault == null ? null : StartFailedException.of(fault, report);
    }

    /** Ends as soon as those who look have seen what they wait for; if nobody looks, with its time. */
    private void linger(long end) {
        Set<String> watchers = startedThatDo("linger");
        if (time.nanoTime() - end >= 0) {
            return;
        }
        if (watchers.isEmpty()) {
            sleep(end);
        } else {
            run(Stage.LINGERING, Order.none(graph.names()), watchers, null, end);
        }
    }

    private void sleep(long end) {
        boolean interrupted = false;
        while (!state.isHurried() && time.nanoTime() - end < 0) {
            try {
                time.poll(state.events(), end);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void release(long began) {
        long drainEnd = began + budgets.total().minus(budgets.stop()).toNanos();
        long stopEnd = began + budgets.total().minus(budgets.end()).toNanos();
        Shares drainShares = budgets.shares(graph, Stage.DRAINING);
        Shares stopShares = budgets.shares(graph, Stage.STOPPING);
        state.enter(Stage.QUIESCING);
        long now = time.nanoTime();
        long quarter = Math.max(0, drainEnd - now - drainShares.heldBack()) / 4;
        long quiesceEnd = now + Math.min(LONGEST_QUIESCE.toNanos(), quarter);
        run(Stage.QUIESCING, Order.none(graph.names()), startedThatDo("quiesce"), null, quiesceEnd);
        state.enter(Stage.DRAINING);
        run(Stage.DRAINING, graph.drain(), startedThatDo("drain"), drainShares, drainEnd);
        state.enter(Stage.STOPPING);
        run(Stage.STOPPING, graph.stop(), state.touched(), stopShares, stopEnd);
        state.enter(state.startFault() == null && state.journal().isClean() ? Stage.STOPPED : Stage.FAILED);
    }

    private void run(Stage stage, Order order, Set<String> members, @Nullable Shares shares, long stageEnd) {
        new StageRun(stage, order, members, shares, stageEnd, state).run();
    }

    /** Returns the components that have started and do something in an optional call. */
    private Set<String> startedThatDo(String call) {
        Set<String> members = new HashSet<>();
        for (String component : state.started()) {
            if (Overrides.has(graph.lifecycle(component), call)) {
                members.add(component);
            }
        }
        return members;
    }
}
