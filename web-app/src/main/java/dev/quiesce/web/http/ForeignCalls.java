package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls many pieces of foreign code on few threads. One that does not return keeps its thread; as long as none goes on, there are
 * twice as many threads every 20 ms or so, and never more than calls.
 *
 * <p>Thread-safe. There are no threads before the first call.
 */
final class ForeignCalls {
    private static final int THREADS = 2;

    /** After how long without any call that has begun there are more threads. */
    private static final long STUCK_MILLIS = 10;

    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor watch;
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicLong begun = new AtomicLong();
    private long begunBefore; // of the watch

    ForeignCalls(String name) {
        ThreadFactory daemons = work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
        threads = new ThreadPoolExecutor(
                THREADS, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons);
        watch = new ScheduledThreadPoolExecutor(1, daemons, new ThreadPoolExecutor.DiscardPolicy());
    }

    /**
     * Calls the code on another thread.
     *
     * @param code what to call; it must not throw
     * @throws RejectedExecutionException if this has ended
     */
    void call(Runnable code) {
        threads.execute(() -> {
            begun.incrementAndGet();
            code.run();
        });
        if (watched.compareAndSet(false, true)) {
            watch.scheduleWithFixedDelay(this::relieve, STUCK_MILLIS, STUCK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void relieve() {
        long now = begun.get();
        int queued = threads.getQueue().size();
        if (now == begunBefore && queued > 0) {
            threads.setCorePoolSize(threads.getCorePoolSize() + Math.min(threads.getCorePoolSize(), queued));
        }
        begunBefore = now;
    }

    /**
     * Waits for the calls and ends the threads. Calls that have not returned after half the time are interrupted.
     *
     * @return whether all have returned
     * @throws InterruptedException if interrupted; the calls have been interrupted then
     */
    boolean end(Deadline deadline) throws InterruptedException {
        threads.shutdown();
        try {
            return threads.awaitTermination(deadline.remaining(TimeUnit.NANOSECONDS) / 2, TimeUnit.NANOSECONDS)
                    || interrupt(deadline);
        } finally {
            threads.shutdownNow();
            watch.shutdownNow();
        }
    }

    private boolean interrupt(Deadline deadline) throws InterruptedException {
        threads.shutdownNow();
        return threads.awaitTermination(deadline.remaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
    }
}
