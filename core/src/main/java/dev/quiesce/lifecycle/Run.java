package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import dev.quiesce.lifecycle.RunningStep.Event;
import dev.quiesce.lifecycle.RunningStep.Wake;
import dev.quiesce.lifecycle.StageRun.Engine;
import dev.quiesce.lifecycle.StageRun.Rules;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one passage of a service through its stages.
 *
 * <p>One thread at a time runs a phase, the coordinator sees to it; requests and queries may come from any thread.
 */
final class Run {
    private static final Logger log = LoggerFactory.getLogger(Coordinator.class);
    private static final Logger reportLog = LoggerFactory.getLogger(Report.class);

    /** A quiesce should return at once; one that has not by then is left behind so that draining gets its time. */
    private static final Duration LONGEST_QUIESCE = Duration.ofSeconds(1);

    /** What a drain gets to end properly when it is cut. */
    private static final Duration CUT_GRACE = Duration.ofMillis(200);

    private final ComponentGraph graph;
    private final Budgets budgets;
    private final TimeSource time;
    private final Engine engine;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Journal journal;
    private final Listeners listeners = new Listeners();
    private final Observer observer = new Observer();

    private final Set<String> touched = new HashSet<>();
    private final Set<String> started = new HashSet<>();
    private volatile @Nullable Step startFault;
    private volatile long startFaultAt;
    private volatile @Nullable StopRequest stopRequest;
    private volatile boolean hurried;

    private record StopRequest(String reason, long at) {}

    Run(ComponentGraph graph, Budgets budgets, TimeSource time, Executor threads) {
        this.graph = graph;
        this.budgets = budgets;
        this.time = time;
        this.engine = new Engine(time, threads, events, ConcurrentHashMap.newKeySet());
        this.journal = new Journal(graph, budgets, time);
    }

    Budgets budgets() {
        return budgets;
    }

    Stage stage() {
        return journal.stage();
    }

    void enter(Stage next) {
        journal.enter(next);
        listeners.tell(listener -> listener.entered(next));
    }

    void listen(LifecycleListener listener) {
        listeners.add(listener);
    }

    Report report() {
        return journal.report(reason(), hurried);
    }

    boolean isStopRequested() {
        return stopRequest != null;
    }

    /** Takes note of the first request. Every one wakes the thread that waits, as circumstances may have changed. */
    synchronized void requestStop(String reason) {
        if (stopRequest == null) {
            stopRequest = new StopRequest(reason, time.nanoTime());
        }
        events.add(Wake.WAKE);
    }

    void hurry() {
        if (isStopRequested()) {
            hurried = true;
            events.add(Wake.WAKE);
        }
    }

    /** Starts the components and returns whether all have started. */
    boolean startComponents() {
        graph.remarks().forEach(log::info);
        log.info("Starting {} components", graph.names().size());
        runStage(Stage.STARTING, new Starting());
        return started.size() == graph.names().size();
    }

    void announceReady() {
        Report report = report();
        listeners.tell(listener -> listener.started(report));
        log.info("Ready after {} ms", report.startTime().toMillis());
        if (reportLog.isDebugEnabled()) {
            reportLog.debug("{}", report.toJson());
        }
    }

    /** Stops what has started and what was on its way. */
    void rollBack() {
        StopRequest request = stopRequest;
        long began = startFault != null ? startFaultAt : request != null ? request.at() : time.nanoTime();
        journal.stopBegan(began);
        log.info("Rolling back the start: {}", startFault == null ? reason() : startFault);
        release(began);
    }

    /** Takes a service that is ready through linger, quiesce, drain and stop. */
    void shutDown() {
        StopRequest request = stopRequest;
        long began = request == null ? time.nanoTime() : request.at();
        journal.stopBegan(began);
        log.info("Stopping: {}; at most {} ms", reason(), budgets.total().toMillis());
        linger(began + budgets.linger().toNanos());
        release(began);
    }

    /** Ends a run that has been through its stages and returns its report. */
    Report finish() {
        enter(startFault == null && journal.isClean() ? Stage.STOPPED : Stage.FAILED);
        return announceEnd();
    }

    /** Returns the final report once everybody has been told. */
    Report announceEnd() {
        Report report = report();
        if (reportLog.isInfoEnabled()) {
            reportLog.info("{}", report.toJson());
        }
        listeners.tell(listener -> listener.ended(report));
        listeners.finish(budgets.end().dividedBy(2));
        return report;
    }

    @Nullable
    StartFailedException startFailure(Report report) {
        Step fault = startFault;
        if (fault == null) {
            return null;
        }
        return StartFailedException.of(fault, report);
    }

    /** Returns by when starts under way have to end once the start has failed or a stop is asked for. */
    private @Nullable Long startCut() {
        StopRequest request = stopRequest;
        if (startFault == null && request == null) {
            return null;
        }
        long now = time.nanoTime();
        if (hurried) {
            return now + CUT_GRACE.toNanos();
        }
        return (startFault != null || request == null ? startFaultAt : request.at())
                + budgets.drain().toNanos();
    }

    private void linger(long end) {
        boolean interrupted = false;
        while (!hurried && time.nanoTime() - end < 0) {
            try {
                time.poll(events, end);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void release(long began) {
        StageTime drainTime = time(
                Stage.DRAINING, began + budgets.total().minus(budgets.stop()).toNanos());
        StageTime stopTime = time(
                Stage.STOPPING, began + budgets.total().minus(budgets.end()).toNanos());
        enter(Stage.QUIESCING);
        runStage(Stage.QUIESCING, new Quiescing(drainTime));
        enter(Stage.DRAINING);
        runStage(Stage.DRAINING, new Draining(drainTime));
        enter(Stage.STOPPING);
        runStage(Stage.STOPPING, new Stopping(stopTime));
    }

    private void runStage(Stage stage, Rules rules) {
        new StageRun(stage, graph, rules, engine, observer).run();
    }

    private @Nullable String reason() {
        StopRequest request = stopRequest;
        return request == null || startFault != null ? null : request.reason();
    }

    private StageTime time(Stage stage, long stageEnd) {
        return new StageTime(budgets.shares(graph, stage), stageEnd);
    }

    /** Classes, and not lambdas, of which each takes its time at its first use. */
    private final class Starting implements Rules {
        private final StageTime stageTime =
                time(Stage.STARTING, time.nanoTime() + budgets.start().toNanos());

        @Override
        public Order order() {
            return graph.start();
        }

        @Override
        public long end(String component, long now) {
            return stageTime.end(component, now);
        }

        @Override
        public boolean takesPart(String component) {
            return true;
        }

        @Override
        public @Nullable Long cut() {
            return startCut();
        }

        @Override
        public void run(Lifecycle lifecycle, Deadline deadline) throws Exception {
            lifecycle.start();
        }
    }

    private final class Quiescing implements Rules {
        private final Order order = Order.none(graph.names());
        private final long stageEnd;

        Quiescing(StageTime drainTime) {
            long now = time.nanoTime();
            stageEnd = now + Math.min(LONGEST_QUIESCE.toNanos(), drainTime.withoutHeldBack(now) / 4);
        }

        @Override
        public Order order() {
            return order;
        }

        @Override
        public boolean takesPart(String component) {
            return started.contains(component) && Overrides.quiesce(graph.lifecycle(component));
        }

        @Override
        public long end(String component, long now) {
            return stageEnd;
        }

        @Override
        public void run(Lifecycle lifecycle, Deadline deadline) throws Exception {
            lifecycle.quiesce();
        }
    }

    private final class Draining implements Rules {
        private final StageTime stageTime;

        Draining(StageTime stageTime) {
            this.stageTime = stageTime;
        }

        @Override
        public Order order() {
            return graph.drain();
        }

        @Override
        public long end(String component, long now) {
            return stageTime.end(component, now);
        }

        @Override
        public boolean takesPart(String component) {
            return started.contains(component) && Overrides.drain(graph.lifecycle(component));
        }

        @Override
        public @Nullable Long cut() {
            return hurried ? time.nanoTime() + CUT_GRACE.toNanos() : null;
        }

        @Override
        public void run(Lifecycle lifecycle, Deadline deadline) throws Exception {
            lifecycle.drain(deadline);
        }
    }

    private final class Stopping implements Rules {
        private final StageTime stageTime;

        Stopping(StageTime stageTime) {
            this.stageTime = stageTime;
        }

        @Override
        public Order order() {
            return graph.stop();
        }

        @Override
        public long end(String component, long now) {
            return stageTime.end(component, now);
        }

        @Override
        public boolean takesPart(String component) {
            return touched.contains(component);
        }

        @Override
        public void run(Lifecycle lifecycle, Deadline deadline) throws Exception {
            lifecycle.stop(deadline);
        }
    }

    /** Passes on what happens to whoever wants to know. Confined to the thread that runs the phase. */
    private final class Observer implements StageRun.Observer {

        @Override
        public void began(RunningStep step) {
            journal.began(step);
            if (step.stage() == Stage.STARTING) {
                touched.add(step.component());
            }
            StepLog.began(step.component(), step.stage());
            listeners.tell(listener -> listener.began(step.component(), step.stage()));
        }

        @Override
        public void ended(RunningStep step, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
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
            StepLog.ended(ended);
            listeners.tell(listener -> listener.ended(ended));
        }

        @Override
        public void skipped(String component, Stage stage) {
            Step skipped = journal.skipped(component, stage);
            StepLog.ended(skipped);
            listeners.tell(listener -> listener.ended(skipped));
        }

        @Override
        public void endedLate(RunningStep step) {
            StepLog.endedLate(step.component(), step.stage());
        }

        @Override
        public void waiting(Stage stage, List<RunningStep> running, long now) {
            StepLog.waiting(stage, running, now);
            long last = running.stream()
                    .mapToLong(step -> step.endsAt() - now)
                    .max()
                    .orElse(0);
            List<String> names = running.stream().map(RunningStep::component).toList();
            listeners.tell(listener -> listener.waiting(stage, names, Duration.ofNanos(Math.max(0, last))));
        }
    }
}
