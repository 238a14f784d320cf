package dev.quiesce.realtime.socketio;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Does the same with many things by two threads: the calling one and, if it comes in time, another one. For use by one thread at a time.
 */
final class TwoHands {
    /** What is worth another thread, and what one of them takes at a time. */
    private static final int MANY = 128;

    private static final int SHARE = 32;

    private final Executor other;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicReference<@Nullable Work<?>> current = new AtomicReference<>();

    /**
     * Makes one.
     *
     * @param other runs what it is given soon, later or never
     */
    TwoHands(Executor other) {
        this.other = other;
    }

    /**
     * Returns when all is done.
     *
     * @param action what must not block: there is no deadline, but an interrupt ends the wait for the other thread
     */
    <T> void forEach(List<T> things, Consumer<T> action) {
        if (things.size() < MANY) {
            things.forEach(action);
            return;
        }
        Work<T> work = new Work<>(things, action);
        current.set(work);
        if (asked.compareAndSet(false, true)) {
            other.execute(this::help);
        }
        work.run();
        current.compareAndSet(work, null);
        work.await();
    }

    /** Helps with whatever is being done by now, if anything. */
    private void help() {
        asked.set(false);
        Work<?> work = current.getAndSet(null);
        if (work != null) {
            work.run();
        }
    }

    private static final class Work<T> implements Runnable {
        private final List<T> things;
        private final Consumer<T> action;
        private final int shares;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch left;

        Work(List<T> things, Consumer<T> action) {
            this.things = things;
            this.action = action;
            this.shares = (things.size() + SHARE - 1) / SHARE;
            this.left = new CountDownLatch(shares);
        }

        @Override
        public void run() {
            for (int share = next.getAndIncrement(); share < shares; share = next.getAndIncrement()) {
                try {
                    int from = share * SHARE;
                    things.subList(from, Math.min(from + SHARE, things.size())).forEach(action);
                } finally {
                    left.countDown();
                }
            }
        }

        void await() {
            try {
                left.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
