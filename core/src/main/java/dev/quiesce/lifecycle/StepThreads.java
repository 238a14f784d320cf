package dev.quiesce.lifecycle;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that components are called on. Calls that return at once share a few; as long as calls wait and half of the
 * threads are held up, the threads are soon twice as many. So thousands of trivial steps need no thousands of threads, and
 * none waits for one that hangs.
 *
 * <p>All threads are daemons, and platform threads even where the JVM has virtual ones: a component that spins, or blocks
 * in native code, would keep the thread that carries it from carrying others.
 *
 * <p>Safe for use by many threads. One lock guards everything; tasks run without it, and most threads are started without it,
 * since that takes longer than many a task.
 */
final class StepThreads implements Executor {
    private static final int SHARED = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final long TICK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** From when on a task counts as held up that does not wait: it may block in native code, or get no processor. */
    private static final long LONG_RUN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long IDLE_MILLIS = TimeUnit.SECONDS.toMillis(1);

    private final Object lock = new Object();
    private final Queue<RunningStep> steps = new PriorityQueue<>();
    private final Queue<Runnable> others = new ArrayDeque<>();
    private final Set<Worker> busy = new HashSet<>();
    private int threads;
    private int idle;
    private boolean watched;

    /**
     * Runs a task on a thread that is free or new.
     *
     * @throws OutOfMemoryError if there is no thread at all and none can be made; the task is not run
     */
    @Override
    public void execute(Runnable task) {
        synchronized (lock) {
            if (task instanceof RunningStep step) {
                steps.add(step);
            } else {
                others.add(task);
            }
            if (idle >= waiting()) {
                lock.notify();
            } else if (threads < SHARED) {
                try {
                    addThread();
                } catch (OutOfMemoryError none) {
                    dropUnlessOthersRun(task, none);
                }
            } else if (!watched) {
                startWatch();
            }
        }
    }

    /** Where no thread can be made for that, the tasks wait for those that exist, and the next one tries again. */
    private void startWatch() {
        try {
            daemon("quiesce-threads", this::watch).start();
            watched = true;
        } catch (OutOfMemoryError none) {
            watched = false;
        }
    }

    private void dropUnlessOthersRun(Runnable task, OutOfMemoryError none) {
        if (threads == 0) {
            steps.remove(task);
            others.remove(task);
            throw none;
        }
    }

    private void addThread() {
        new Worker().start();
        threads++;
    }

    /** As long as tasks wait, adds as many threads as there are whenever half of those are held up. */
    private void watch() {
        while (true) {
            int missing;
            synchronized (lock) {
                int waiting = waiting() - idle;
                if (waiting <= 0) {
                    watched = false;
                    return;
                }
                missing = 2 * heldUp() < threads ? 0 : Math.min(waiting, threads);
                threads += missing;
            }
            start(missing);
            LockSupport.parkNanos(TICK_NANOS);
        }
    }

    private int waiting() {
        return steps.size() + others.size();
    }

    private int heldUp() {
        long now = System.nanoTime();
        int heldUp = 0;
        for (Worker worker : busy) {
            if (worker.isHeldUp(now)) {
                heldUp++;
            }
        }
        return heldUp;
    }

    /** Starts threads that have been counted. Where no more can be made, those that exist go on as they become free. */
    private void start(int count) {
        int started = 0;
        try {
            for (; started < count; started++) {
                new Worker().start();
            }
        } catch (OutOfMemoryError none) {
            synchronized (lock) {
                threads -= count - started;
            }
        }
    }

    /** A thread that takes task after task. Its fields are guarded by the lock. */
    private final class Worker {
        private final Thread thread = daemon("quiesce-idle", this::work);
        private final ClassLoader classLoader = thread.getContextClassLoader();
        private long tookAt;

        void start() {
            thread.start();
        }

        private void work() {
            for (Runnable task = take(); task != null; task = take()) {
                task.run();
                thread.setContextClassLoader(classLoader);
            }
        }

        /** Returns the next task, or null if none has come for a while: then the thread ends. */
        private @Nullable Runnable take() {
            synchronized (lock) {
                busy.remove(this);
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
                while (waiting() == 0) {
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
                // An interrupt that came late was meant for the task before.
                Thread.interrupted();
                busy.add(this);
                tookAt = System.nanoTime();
                return others.isEmpty() ? steps.remove() : others.remove();
            }
        }

        /** Returns whether the task waits for something, or has run for so long that it may do so in native code. */
        boolean isHeldUp(long now) {
            long ran = now - tookAt;
            return ran >= LONG_RUN_NANOS || ran >= TICK_NANOS && thread.getState() != Thread.State.RUNNABLE;
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
