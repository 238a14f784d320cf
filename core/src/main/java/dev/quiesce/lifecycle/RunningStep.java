package dev.quiesce.lifecycle;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a component's method on a thread of its own, which can be left behind.
 *
 * <p>The end belongs to the thread that runs the stage; the rest is safe for use by many threads.
 */
final class RunningStep implements Runnable, Comparable<RunningStep> {

    /** How long a component is waited for to count, which should take no time, but a thread that may be late. */
    static final long LONGEST_COUNT_MILLIS = 100;

    private final String component;
    private final Stage stage;
    private final int followers;
    private final Lifecycle lifecycle;
    private final Deadline deadline;
    private final RunState state;
    private final StepTrace trace;
    private final long startedAt;
    private long endsAt;

    private volatile OptionalLong inFlightAtBegin = OptionalLong.empty();
    private volatile OptionalLong inFlightAtEnd = OptionalLong.empty();
    private volatile @Nullable Throwable error;
    private @Nullable Thread thread;
    private boolean interrupted;
    private boolean ended;

    RunningStep(
            String component,
            Stage stage,
            int followers,
            Lifecycle lifecycle,
            Deadline deadline,
            long startedAt,
            long endsAt,
            RunState state) {
        this.component = component;
        this.stage = stage;
        this.followers = followers;
        this.lifecycle = lifecycle;
        this.deadline = deadline;
        this.startedAt = startedAt;
        this.endsAt = endsAt;
        this.state = state;
        this.trace = StepTrace.begin(component, stage);
    }

    @Override
    public void run() {
        Thread current = Thread.currentThread();
        String idleName = current.getName();
        current.setName("quiesce-" + stage.word() + "-" + component);
        enter(current);
        try {
            inFlightAtBegin = countInFlightSoon();
            call();
        } catch (Throwable thrown) {
            error = thrown;
        }
        // Meant for the call, which may have left it set, and not for the count.
        Thread.interrupted();
        inFlightAtEnd = countInFlightSoon();
        leave();
        current.setName(idleName);
        state.events().add(Optional.of(this));
    }

    private void call() throws Exception {
        if (stage == Stage.STARTING) {
            if (Thread.interrupted()) {
                throw new InterruptedException("not begun, since it was no longer wanted when a thread was free");
            }
            lifecycle.start();
        } else if (stage == Stage.LINGERING) {
            lifecycle.linger(deadline);
        } else if (stage == Stage.QUIESCING) {
            lifecycle.quiesce();
        } else if (stage == Stage.DRAINING) {
            lifecycle.drain(deadline);
        } else {
            lifecycle.stop(deadline);
        }
    }

    /** Returns what the call threw; null if nothing, or if it has not ended. */
    @Nullable
    Throwable error() {
        return error;
    }

    /** Reads how much is in flight now, as the count at the end of the step. Foreign code: it may take its time. */
    void measureInFlight() {
        inFlightAtEnd = countInFlight();
    }

    /** Interrupts the call, unless it has ended. */
    synchronized void interrupt() {
        interrupted = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Returns whether the call has ended; then its event is there, or about to come. */
    synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns where the call stands, innermost frame first; empty if it has not begun or has ended. */
    synchronized List<StackTraceElement> stack() {
        return thread == null ? List.of() : List.of(thread.getStackTrace());
    }

    /** Returns whether the call is inside {@code System.exit}, from which it cannot return. */
    boolean isExiting() {
        for (StackTraceElement frame : stack()) {
            if (frame.getClassName().equals("java.lang.Runtime")
                    && frame.getMethodName().equals("exit")) {
                return true;
            }
        }
        return false;
    }

    /** Steps that many others follow come first, since threads may come slower than steps; names decide between others. */
    @Override
    public int compareTo(RunningStep other) {
        int byFollowers = Integer.compare(other.followers, followers);
        return byFollowers == 0 ? component.compareTo(other.component) : byFollowers;
    }

    String component() {
        return component;
    }

    Stage stage() {
        return stage;
    }

    StepTrace trace() {
        return trace;
    }

    long startedAt() {
        return startedAt;
    }

    OptionalLong inFlightAtBegin() {
        return inFlightAtBegin;
    }

    OptionalLong inFlightAtEnd() {
        return inFlightAtEnd;
    }

    /** Returns the point at which the step is left behind. */
    long endsAt() {
        return endsAt;
    }

    void endBy(long time) {
        if (time - endsAt < 0) {
            endsAt = time;
        }
    }

    /** Asks on another thread and does not wait for long: an answer that hangs must not keep the call from being made. */
    private OptionalLong countInFlightSoon() {
        if (!isCounted()) {
            return OptionalLong.empty();
        }
        FutureTask<OptionalLong> answer = new FutureTask<>(this::countInFlight);
        try {
            state.threads().execute(answer);
            return answer.get(LONGEST_COUNT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (TimeoutException e) {
            state.silent().add(component);
            return OptionalLong.empty();
        } catch (ExecutionException | RuntimeException | OutOfMemoryError uncounted) {
            return OptionalLong.empty();
        }
    }

    /** Returns whether the component counts; one that did not answer in time is not asked again. */
    boolean isCounted() {
        return stage != Stage.STARTING
                && Overrides.has(lifecycle, "inFlight")
                && !state.silent().contains(component);
    }

    private OptionalLong countInFlight() {
        try {
            return lifecycle.inFlight();
        } catch (Throwable uncounted) {
            return OptionalLong.empty();
        }
    }

    private synchronized void enter(Thread current) {
        thread = current;
        if (interrupted) {
            current.interrupt();
        }
    }

    private synchronized void leave() {
        ended = true;
        thread = null;
        Thread.interrupted();
    }
}
