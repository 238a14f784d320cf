package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Starts the components of a graph in order and stops them in order, once, within one total time.
 *
 * <p>The start runs on the thread that calls {@link #start}, the shutdown on the first thread that calls {@link #stop};
 * each component is called on a thread of its own, so that one that hangs can be left behind. A shutdown passes through
 * linger, quiesce, drain and stop; each stage begins when all components are through the one before.
 *
 * <p>Thread-safe. However often and from however many threads a stop is asked for, there is one shutdown, and everybody
 * gets its report.
 */
public final class Coordinator {
    private final RunState state;
    private final Run run;

    /** Guards the claims of the threads that run a phase. */
    private final Object lock = new Object();

    private final CountDownLatch stopRequested = new CountDownLatch(1);
    private final CompletableFuture<Report> result = new CompletableFuture<>();
    private boolean startCalled;

    /** Returns a coordinator for the graph with the default budgets. */
    public static Coordinator of(ComponentGraph graph) {
        return of(graph, Budgets.defaults());
    }

    /**
     * Returns a coordinator for the graph with the given budgets.
     *
     * @throws IllegalArgumentException if there is a budget for a component that the graph does not have, or the budgets of
     *     components that come one after the other do not fit their stage; the message has the names and the figures
     */
    public static Coordinator of(ComponentGraph graph, Budgets budgets) {
        return of(graph, budgets, TimeSource.system());
    }

    /**
     * Returns a coordinator that reads time from the given clock, for tests.
     *
     * @throws IllegalArgumentException as {@link #of(ComponentGraph, Budgets)}
     */
    public static Coordinator of(ComponentGraph graph, Budgets budgets, TimeSource time) {
        return new Coordinator(graph, budgets, time, new StepThreads());
    }

    Coordinator(ComponentGraph graph, Budgets budgets, TimeSource time, Executor threads) {
        budgets.checkAgainst(graph);
        this.state = new RunState(graph, budgets, requireNonNull(time, "time"), threads);
        this.run = new Run(state);
    }

    /** Adds a listener, which is told what happens from now on. */
    public Coordinator listen(LifecycleListener listener) {
        state.listeners().add(requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Starts all components and returns when the service is ready.
     *
     * <p>If a stop is requested meanwhile, nothing new starts, starts under way are interrupted, and what has started is
     * stopped before this method returns.
     *
     * @return true if the service is ready; false if a stop was requested before it was: then everything is stopped
     * @throws StartFailedException if a component failed to start or the start took longer than its budget; everything is
     *     stopped then
     * @throws IllegalStateException if this method has been called before, or the clock or memory failed so that the rest
     *     of the lifecycle could not go on
     */
    public boolean start() throws StartFailedException {
        boolean wanted;
        synchronized (lock) {
            if (startCalled) {
                throw new IllegalStateException(
                        "A coordinator starts its service once; it is " + state.stage() + " now");
            }
            startCalled = true;
            if (state.stage() != Stage.NEW) {
                return false;
            }
            wanted = !state.isStopRequested();
            state.enter(wanted ? Stage.STARTING : Stage.STOPPED);
        }
        if (!wanted) {
            runPhase(() -> false);
            return false;
        }
        if (runPhase(this::startOrRollBack)) {
            return true;
        }
        StartFailedException failure = run.startFailure(awaitReport());
        if (failure != null) {
            throw failure;
        }
        return false;
    }

    /**
     * Asks for a stop and returns at once. Harmless when repeated: the first reason stays.
     *
     * <p>A start under way is cancelled and rolled back by the thread that starts. A service that is ready is stopped by
     * whoever waits in {@link #awaitStopRequest} and then calls {@link #stop}.
     *
     * @param reason why, for the log and the report, for example {@code SIGTERM}
     */
    public void requestStop(String reason) {
        state.requestStop(reason);
        stopRequested.countDown();
    }

    /**
     * Waits until a stop has been requested.
     *
     * @throws InterruptedException if the calling thread is interrupted
     */
    public void awaitStopRequest() throws InterruptedException {
        stopRequested.await();
    }

    /**
     * Cuts linger and drain short, so that the shutdown goes on to stop: components still quiesce, and one that hangs there
     * gets its second. Has no effect before a stop is requested.
     */
    public void hurry() {
        state.hurry();
    }

    /**
     * Stops the service, or waits for the stop that is under way, and returns its report.
     *
     * <p>Not to be called by a component or by work that draining waits for, since it would wait for itself; those call
     * {@link #requestStop}. If the calling thread is interrupted, the shutdown still completes, and the thread's
     * interrupt status is set when this method returns.
     *
     * @param reason why, for the log and the report; ignored if a stop has been requested before
     * @throws IllegalStateException if the clock or memory failed so that the shutdown broke off
     */
    public Report stop(String reason) {
        requestStop(reason);
        Stage found;
        synchronized (lock) {
            found = state.stage();
            if (found == Stage.NEW) {
                state.enter(Stage.STOPPED);
            } else if (found == Stage.READY) {
                state.enter(Stage.LINGERING);
            }
        }
        if (found == Stage.NEW) {
            runPhase(() -> false);
        } else if (found == Stage.READY) {
            runPhase(this::shutDown);
        }
        return awaitReport();
    }

    /** Returns the stage that the service is in. */
    public Stage stage() {
        return state.stage();
    }

    /** Returns the report of what has happened until now. It is final if the service has ended. */
    public Report report() {
        return result.isDone() && !result.isCompletedExceptionally() ? awaitReport() : state.report();
    }

    /** Returns the budgets of this service. */
    public Budgets budgets() {
        return state.budgets();
    }

    /** Returns the graph, whose text is the plan. */
    public ComponentGraph graph() {
        return state.graph();
    }

    /** Returns the plan and the budgets. */
    @Override
    public String toString() {
        return graph() + budgets().describe();
    }

    private boolean startOrRollBack() {
        boolean ready = run.startComponents();
        synchronized (lock) {
            ready = ready && !state.isStopRequested();
            if (ready) {
                // In one go, so that nobody is told of a later stage in between.
                state.enter(Stage.READY);
                state.announceReady();
            }
        }
        if (ready) {
            run.logReady();
        } else {
            run.rollBack();
        }
        return ready;
    }

    private boolean shutDown() {
        run.shutDown();
        return false;
    }

    /** Runs a phase and returns whether the service is ready after it; if not, everybody gets the report. */
    private boolean runPhase(BooleanSupplier phase) {
        try {
            boolean ready = phase.getAsBoolean();
            if (!ready) {
                result.complete(run.announceEnd());
            }
            return ready;
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
            throw e;
        }
    }

    private Report awaitReport() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("The shutdown broke off", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
