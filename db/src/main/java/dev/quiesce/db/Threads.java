package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Threads that never keep the process alive. */
final class Threads {
    private static final Duration POLL = Duration.ofMillis(5);

    private Threads() {}

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Waits for the thread's end, at most until the deadline, and returns whether it has ended. */
    static boolean hasEnded(Thread thread, Deadline deadline) throws InterruptedException {
        while (thread.isAlive() && !deadline.isExpired()) {
            TimeUnit.NANOSECONDS.timedJoin(thread, deadline.atMost(POLL).remaining(TimeUnit.NANOSECONDS));
        }
        return !thread.isAlive();
    }
}
