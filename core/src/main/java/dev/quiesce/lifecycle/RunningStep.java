package dev.quiesce.lifecycle;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * One call of a component's method on a thread of its own, which can be left behind.
 *
 * <p>The times belong to the thread that runs the stage; the rest is safe for use by many threads.
 */
final class RunningStep implements Runnable {

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
    private final Lifecycle lifecycle;
    private final Call call;
    private final Deadline deadline;
    private final BlockingQueue<Event> events;
    private final String threadName;
    private final long startedAt;
    private long endsAt;

    private @Nullable Thread thread;
    private boolean interrupted;

    RunningStep(
            String component,
            Lifecycle lifecycle,
            Call call,
            Deadline deadline,
            String threadName,
            long startedAt,
            long endsAt,
            BlockingQueue<Event> events) {
        this.component = component;
        this.lifecycle = lifecycle;
        this.call = call;
        this.deadline = deadline;
        this.threadName = threadName;
        this.startedAt = startedAt;
        this.endsAt = endsAt;
        this.events = events;
    }

    @Override
    public void run() {
        Thread current = Thread.currentThread();
        String idleName = current.getName();
        current.setName(threadName);
        enter(current);
        Throwable error = null;
        try {
            call.run(lifecycle, deadline);
        } catch (Throwable thrown) {
            error = thrown;
        }
        leave();
        current.setName(idleName);
        events.add(new Ended(this, error));
    }

    /** Interrupts the call, unless it has ended. */
    synchronized void interrupt() {
        interrupted = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Returns where the call stands, innermost frame first; empty if it has ended. */
    synchronized List<StackTraceElement> stack() {
        return thread == null ? List.of() : List.of(thread.getStackTrace());
    }

    String component() {
        return component;
    }

    long startedAt() {
        return startedAt;
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

    private synchronized void enter(Thread current) {
        thread = current;
        if (interrupted) {
            current.interrupt();
        }
    }

    private synchronized void leave() {
        thread = null;
        Thread.interrupted();
    }
}
