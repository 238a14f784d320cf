package dev.quiesce.realtime;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one timer of all sockets. Its thread starts with the first task. Tasks must not block.
 *
 * <p>Safe for use by many threads.
 */
final class Timer {
    private final ScheduledThreadPoolExecutor executor;

    Timer() {
        executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "socket-timer");
                    thread.setDaemon(true);
                    return thread;
                },
                // A task that comes after the end has nothing left to watch.
                new ScheduledThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Runs the task after the delay, unless the returned action is run first. */
    Runnable after(Duration delay, Runnable task) {
        var scheduled = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    void stop() {
        executor.shutdownNow();
    }

    void awaitEnd(Deadline deadline) throws InterruptedException {
        executor.awaitTermination(deadline.remaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
    }
}
