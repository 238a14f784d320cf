package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import dev.quiesce.lifecycle.RunningStep.Event;
import dev.quiesce.lifecycle.RunningStep.Wake;
import dev.quiesce.lifecycle.StageRun.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** A quiesce should return at once; one that has not by then is left behind so that draining gets its time. */
    private static final Duration LONGEST_QUIESCE = Duration.ofSeconds(1);

    /** What a drain gets to end properly when it is cut. */
    private static final Duration CUT_GRACE = Duration.ofMillis(200);

    private final ComponentGraph graph;
    private final Budgets budgets;
    private final TimeSource time;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), Run::daemon);

    private final List<Step> steps = new ArrayList<>();
    private final Set<String> touched = new HashSet<>();
    private final Set<String> started = new HashSet<>();
    private @Nullable Step startFault;
    private boolean becameReady;
    private long startBegan;
    private long startEnded;
    private long stopBegan;
    private long stopEnded;

    private final Map<String, Step> lastSteps = new ConcurrentHashMap<>();
    private volatile Stage stage = Stage.NEW;
    private volatile @Nullable StopRequest stopRequest;
    private volatile boolean hurried;

    private record StopRequest(String reason, long at) {}

    Run(ComponentGraph graph, Budgets budgets, TimeSource time) {
        this.graph = graph;
        this.budgets = budgets;
        this.time = time;
    }

    Budgets budgets() {
        return budgets;
    }

    Stage stage() {
        return stage;
    }

    void enter(Stage next) {
        stage = next;
    }

    @Nullable
    Step lastStep(String component) {
        return lastSteps.get(component);
    }

    boolean isStopRequested() {
        return stopRequest != null;
    }

    synchronized void requestStop(String reason) {
        if (stopRequest == null) {
            stopRequest = new StopRequest(reason, time.nanoTime());
            events.add(Wake.WAKE);
        }
    }

    void hurry() {
        if (isStopRequested()) {
            hurried = true;
            events.add(Wake.WAKE);
        }
    }

    /** Starts the components and returns whether all have started. */
    boolean startComponents() {
        graph.yielded().forEach(log::info);
        log.info("Starting {} components", graph.names().size());
        startBegan = time.nanoTime();
        long end = startBegan + budgets.start().toNanos();
        runStage(
                Stage.STARTING,
                graph.start(),
                new Rules(graph.names(), name -> end, this::startCut, (lifecycle, deadline) -> lifecycle.start()));
        startEnded = time.nanoTime();
        return started.size() == graph.names().size();
    }

    void becomeReady() {
        becameReady = true;
        enter(Stage.READY);
    }

    void logReady() {
        log.info("Ready after {} ms", millis(startEnded - startBegan));
    }

    /** Stops what has started and what was on its way. */
    void rollBack() {
        StopRequest request = stopRequest;
        stopBegan = request != null ? request.at() : startEnded;
        log.info("Rolling back the start: {}", startFault == null ? reason() : startFault);
        release();
    }

    /** Takes a service that is ready through linger, quiesce, drain and stop. */
    void shutDown() {
        StopRequest request = stopRequest;
        stopBegan = request == null ? time.nanoTime() : request.at();
        log.info("Stopping: {}; at most {} ms", reason(), budgets.total().toMillis());
        linger();
        release();
    }

    /** Ends the run and returns its report. */
    Report finish() {
        stopEnded = time.nanoTime();
        executor.shutdown();
        Report report = report();
        enter(startFault == null && report.isClean() ? Stage.STOPPED : Stage.FAILED);
        return report;
    }

    Report report() {
        return new Report(
                reason(),
                becameReady,
                hurried,
                Duration.ofNanos(startEnded - startBegan),
                Duration.ofNanos(stopEnded - stopBegan),
                steps);
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
        return (request == null ? now : request.at()) + budgets.drain().toNanos();
    }

    @Nullable
    StartFailedException startFailure(Report report) {
        Step fault = startFault;
        if (fault == null) {
            return null;
        }
        Throwable cause = fault.error() == null ? overrun(fault) : fault.error();
        StartFailedException failure = new StartFailedException(fault.toString(), cause, report);
        for (Step step : steps) {
            if (step.error() != null && step.error() != cause) {
                failure.addSuppressed(step.error());
            }
        }
        return failure;
    }

    private void linger() {
        long end = stopBegan + budgets.linger().toNanos();
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

    private void release() {
        long end = stopBegan + budgets.total().toNanos();
        long drainEnd = end - budgets.stop().toNanos();

        enter(Stage.QUIESCING);
        long now = time.nanoTime();
        long quiesceEnd = now + Math.min(LONGEST_QUIESCE.toNanos(), Math.max(0, drainEnd - now) / 4);
        runStage(
                Stage.QUIESCING,
                Order.none(graph.names()),
                new Rules(started, name -> quiesceEnd, () -> null, (lifecycle, deadline) -> lifecycle.quiesce()));

        enter(Stage.DRAINING);
        runStage(
                Stage.DRAINING,
                graph.drain(),
                new Rules(
                        started,
                        name -> drainEnd,
                        () -> hurried ? time.nanoTime() + CUT_GRACE.toNanos() : null,
                        Lifecycle::drain));

        enter(Stage.STOPPING);
        Order order = graph.stop();
        runStage(
                Stage.STOPPING,
                order,
                new Rules(touched, name -> share(end, order, name), () -> null, Lifecycle::stop));
    }

    /** Returns the end of a component's share of the time left, which leaves as much to each step that may follow it. */
    private long share(long end, Order order, String component) {
        long now = time.nanoTime();
        return now + Math.max(0, end - now) / order.stepsToEnd(component);
    }

    private void runStage(Stage running, Order order, Rules rules) {
        new StageRun(running, order, graph, rules, time, executor, events, this::record).run();
    }

    private void record(Step step) {
        steps.add(step);
        lastSteps.put(step.component(), step);
        if (step.stage() == Stage.STARTING && step.outcome() != Outcome.SKIPPED) {
            touched.add(step.component());
            if (step.outcome() == Outcome.COMPLETED) {
                started.add(step.component());
            } else if (startFault == null && !step.outcome().isClean() && !isStopRequested()) {
                startFault = step;
            }
        }
        StepLog.write(step);
    }

    private String reason() {
        StopRequest request = stopRequest;
        if (startFault != null || request == null) {
            return "start failed";
        }
        return request.reason();
    }

    private static TimeoutException overrun(Step step) {
        TimeoutException overrun = new TimeoutException(step.toString());
        overrun.setStackTrace(step.stack().toArray(StackTraceElement[]::new));
        return overrun;
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "quiesce-idle");
        thread.setDaemon(true);
        return thread;
    }
}
