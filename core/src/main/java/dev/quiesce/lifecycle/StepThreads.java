package dev.quiesce.lifecycle;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that components are called on. Calls that return at once share a few; as soon as calls wait because those
 * before them do not return, each gets a thread of its own. So thousands of trivial steps need no thousands of threads,
 * and none waits for one that hangs.
 *
 * <p>All threads are daemons, and platform threads even where the JVM has virtual ones: a component that spins, or blocks
 * in native code, would keep the thread that carries it from carrying others.
 *
 * <p>Safe for use by many threads. One lock guards everything; tasks run without it.
 */
final class StepThreads implements Executor {
    private static final int SHARED = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final long STALL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(1);

    private final Object lock = new Object();
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private int threads;
    private int idle;
    private long taken;
    private boolean watched;

    /**
     * Runs a task on a thread that is free or new.
     *
     * @throws OutOfMemoryError if there is no thread at all and none can be made; the task is not run
     */
    @Override
    public void execute(Runnable task) {
        synchronized (lock) {
            queue.add(task);
            if (idle >= queue.size()) {
                lock.notify();
            } else if (threads < SHARED) {
                try {
                    addThread();
                } catch (OutOfMemoryError none) {
                    dropUnlessOthersRun(task, none);
                }
            } else if (!watched) {
                watched = true;
                daemon("quiesce-threads", this::watch).start();
            }
        }
    }

    private void dropUnlessOthersRun(Runnable task, OutOfMemoryError none) {
        if (threads == 0) {
            queue.remove(task);
            throw none;
        }
    }

    private void addThread() {
        daemon("quiesce-idle", this::work).start();
        threads++;
    }

    private void work() {
        for (Runnable task = take(); task != null; task = take()) {
            task.run();
        }
    }

    /** Returns the next task, or null if none has come for a while: then the thread ends. */
    private @Nullable Runnable take() {
        synchronized (lock) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
            while (queue.isEmpty()) {
                long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (millis <= 0) {
                    threads--;
                    return null;
                }
                idle++;
                try {
                    lock.wait(millis);
                } catch (InterruptedException stray) {
                    // Meant for a call that has ended; there is nothing here to interrupt.
                } finally {
                    idle--;
                }
            }
            taken++;
            return queue.remove();
        }
    }

    /** As long as tasks wait, adds threads for all of them whenever none was taken for a moment. */
    private void watch() {
        long takenBefore = -1;
        while (true) {
            synchronized (lock) {
                int waiting = queue.size() - idle;
                if (waiting <= 0) {
                    watched = false;
                    return;
                }
                if (taken == takenBefore) {
                    addThreads(waiting);
                }
                takenBefore = taken;
            }
            LockSupport.parkNanos(STALL_NANOS);
        }
    }

    /** Where no more threads can be made, those that exist go on as they become free. */
    private void addThreads(int count) {
        try {
            for (int i = 0; i < count; i++) {
                addThread();
            }
        } catch (OutOfMemoryError none) {
            LockSupport.parkNanos(STALL_NANOS);
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
