package dev.quiesce.lifecycle.testing;

import dev.quiesce.lifecycle.TimeSource;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A clock that stands still until it is told to advance. Safe for use by many threads. */
public final class ManualClock implements TimeSource {

    /** So that readings soon overflow, as those of a clock of arbitrary origin may. */
    private static final long ORIGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong now = new AtomicLong(ORIGIN);

    /** Moves the clock. Whoever waits for a point that is then reached goes on. */
    public void advance(Duration duration) {
        now.addAndGet(duration.toNanos());
    }

    @Override
    public long nanoTime() {
        return now.get();
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long until) throws InterruptedException {
        T head = queue.poll();
        while (head == null && nanoTime() - until < 0) {
            head = queue.poll(1, TimeUnit.MILLISECONDS);
        }
        return head;
    }
}
