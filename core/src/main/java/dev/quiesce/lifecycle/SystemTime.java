package dev.quiesce.lifecycle;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The system's monotonic clock. */
final class SystemTime implements TimeSource {
    static final SystemTime INSTANCE = new SystemTime();

    private SystemTime() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long until) throws InterruptedException {
        return queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
