package dev.quiesce.lifecycle;

import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The monotonic clock that deadlines are read against, and the one way in which a {@link Coordinator} waits.
 *
 * <p>Tests put a manual clock in its place and so run without sleeping. Implementations are safe for use by many
 * threads.
 */
public interface TimeSource {

    /** Returns the time in nanoseconds, counted from an arbitrary origin, as {@link System#nanoTime()} does. */
    long nanoTime();

    /**
     * Takes the head of the queue, waiting for one until the given time.
     *
     * @param queue the queue to take from
     * @param until the point on this clock at which to give up
     * @return the head of the queue, or null if the time came first
     * @throws InterruptedException if the calling thread is interrupted
     */
    <T> @Nullable T poll(BlockingQueue<T> queue, long until) throws InterruptedException;

    /** Returns the system's monotonic clock. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
