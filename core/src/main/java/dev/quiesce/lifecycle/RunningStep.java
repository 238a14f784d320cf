package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.StageRun.Engine;
import java.util.List;
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
final class RunningStep implements Runnable {

    /** How long a component is waited for to count, which should take no time, but a thread that may be late. */
    static final long LONGEST_COUNT_MILLIS = 100;

    /** The call of the component's method. */
    interface Call {
        void run(Lifecycle lifecycle, Deadline deadline) throws Exception;
    }

    /** What wakes the thread that runs the stage. */
    sealed interface Event permits Ended, Wake {}

    record Ended(RunningStep step, @Nullable Throwable error) implements Event {}

    /** A request to stop or to hurry has come. */
    enum Wake implements Event {
        WAKE
    }

    private final String component;
    private final Stage stage;
    private final int followers;
    private final Lifecycle lifecycle;
    private final Call call;
    private final Deadline deadline;
    private final Engine engine;
    private final StepTrace trace;
    private final long startedAt;
    private long endsAt;

    private volatile OptionalLong inFlightAtBegin = OptionalLong.empty();
    private volatile OptionalLong inFlightAtEnd = OptionalLong.empty();
    private @Nullable Thread thread;
    private boolean interrupted;
    private boolean ended;

    RunningStep(
            String component,
            Stage stage,
            int followers,
            Lifecycle lifecycle,
            Call call,
            Deadline deadline,
            long startedAt,
            long endsAt,
            Engine engine) {
        this.component = component;
        this.stage = stage;
        this.followers = followers;
        this.lifecycle = lifecycle;
        this.call = call;
        this.deadline = deadline;
        this.startedAt = startedAt;
        this.endsAt = endsAt;
        this.engine = engine;
        this.trace = StepTrace.begin(component, stage);
    }

    @Override
    public void run() {
        Thread current = Thread.currentThread();
        String idleName = current.getName();
        current.setName("quiesce-" + Budgets.name(stage) + "-" + component);
        enter(current);
        Throwable error = null;
        try {
            inFlightAtBegin = countInFlightSoon();
            call.run(lifecycle, deadline);
        } catch (Throwable thrown) {
            error = thrown;
        }
        inFlightAtEnd = countInFlightSoon();
        leave();
        current.setName(idleName);
        engine.events().add(new Ended(this, error));
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
        return stack().stream()
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime")
                        && frame.getMethodName().equals("exit"));
    }

    String component() {
        return component;
    }

    Stage stage() {
        return stage;
    }

    /** Returns how many steps the longest chain has of those that come after this one. */
    int followers() {
        return followers;
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
            engine.threads().execute(answer);
            return answer.get(LONGEST_COUNT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (TimeoutException e) {
            engine.silent().add(component);
            return OptionalLong.empty();
        } catch (ExecutionException | RuntimeException | OutOfMemoryError uncounted) {
            return OptionalLong.empty();
        }
    }

    /** Returns whether the component counts; one that did not answer in time is not asked again. */
    boolean isCounted() {
        return stage != Stage.STARTING
                && Overrides.inFlight(lifecycle)
                && !engine.silent().contains(component);
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
