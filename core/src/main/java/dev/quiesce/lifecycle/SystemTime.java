package dev.quiesce.lifecycle;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The system's monotonic clock. */
enum SystemTime implements TimeSource {
    INSTANCE;

    /** Some ten microseconds, in which a trivial step ends; to sleep and be woken takes longer. */
    private static final int SPINS = 200;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long until) throws InterruptedException {
        for (int spin = 0; spin < SPINS; spin++) {
            T head = queue.poll();
            if (head != null) {
                return head;
            }
            Thread.onSpinWait();
        }
        return queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
