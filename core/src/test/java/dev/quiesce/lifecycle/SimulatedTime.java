package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and the threads that live in it: it stands still while one of them works, and jumps to the next point that
 * somebody waits for when all of them sleep. So a run of any length takes no time, and is the same each time.
 *
 * <p>Safe for use by many threads.
 */
final class SimulatedTime implements TimeSource, Executor, AutoCloseable {
    private static final Duration FOR_EVER = Duration.ofDays(1000);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewerWork = lock.newCondition();
    private final Set<Sleeper> sleepers = new HashSet<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(SimulatedThread::new);
    private long now;
    private int working;
    private boolean closed;

    /** What a sleeping thread waits for; guarded by the lock. */
    private final class Sleeper {
        private final Condition wakes = lock.newCondition();
        private final long until;
        private final boolean deaf;
        private boolean awake;
        private boolean interrupted;

        Sleeper(long until, boolean deaf) {
            this.until = until;
            this.deaf = deaf;
        }

        void wake() {
            sleepers.remove(this);
            awake = true;
            working++;
            wakes.signal();
        }
    }

    /** Counts as working from the call that interrupts it, and not only once it has noticed. */
    private final class SimulatedThread extends Thread {
        private @Nullable Sleeper sleeper; // guarded by the lock

        SimulatedThread(Runnable task) {
            super(task, "simulated");
            setDaemon(true);
        }

        @Override
        public void interrupt() {
            lock.lock();
            try {
                if (sleeper == null) {
                    super.interrupt();
                } else if (!sleeper.deaf && !sleeper.awake) {
                    sleeper.interrupted = true;
                    sleeper.wake();
                }
            } finally {
                lock.unlock();
            }
        }

        void sleep(Sleeper until) throws InterruptedException {
            if (Thread.interrupted() && !until.deaf) {
                throw new InterruptedException();
            }
            sleeper = until;
            sleepers.add(until);
            stopWorking();
            while (!until.awake && !closed) {
                until.wakes.awaitUninterruptibly();
            }
            sleeper = null;
            if (until.interrupted) {
                throw new InterruptedException();
            }
        }
    }

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            working++;
        } finally {
            lock.unlock();
        }
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                lock.lock();
                try {
                    stopWorking();
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    /** Sleeps for a span of virtual time, on a thread of this executor. */
    void sleep(Duration span) throws InterruptedException {
        sleep(span, false);
    }

    /** Hangs until this is closed, or unless it is deaf, until it is interrupted. */
    void hang(boolean deaf) throws InterruptedException {
        sleep(FOR_EVER, deaf);
    }

    private void sleep(Duration span, boolean deaf) throws InterruptedException {
        lock.lock();
        try {
            ((SimulatedThread) Thread.currentThread()).sleep(new Sleeper(now + span.toNanos(), deaf));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long until) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                T head = queue.poll();
                if (head != null || now - until >= 0) {
                    return head;
                }
                if (working == 0) {
                    advance(until);
                } else {
                    fewerWork.await();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void advance(long atMost) {
        long next = atMost;
        for (Sleeper sleeper : sleepers) {
            next = Math.min(next, sleeper.until);
        }
        now = next;
        for (Sleeper sleeper : List.copyOf(sleepers)) {
            if (sleeper.until <= now) {
                sleeper.wake();
            }
        }
    }

    private void stopWorking() {
        working--;
        if (working == 0) {
            fewerWork.signal();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            sleepers.forEach(sleeper -> sleeper.wakes.signal());
        } finally {
            lock.unlock();
        }
        threads.shutdown();
    }
}
