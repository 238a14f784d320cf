package dev.quiesce.web.http;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a server, which end soon after their last work once the service leaves: the time in which the last requests are
 * waited for is free, and hundreds of threads would else have to end together with the process.
 *
 * <p>Thread-safe.
 */
final class ServerThreads extends QueuedThreadPool {
    private static final Logger log = LoggerFactory.getLogger(ServerThreads.class);

    /** How long a thread without work stays once the service leaves. */
    private static final Duration LAST_IDLE = Duration.ofMillis(100);

    /** How long a thread waits, once it is awake, for the others. */
    private static final Duration LONGEST_WAKE = Duration.ofMillis(20);

    private final AtomicInteger waking = new AtomicInteger();
    private volatile boolean leaving;

    /**
     * Prepares threads without starting any.
     *
     * @param name what their names begin with
     */
    ServerThreads(String name, int most, int least) {
        // Jetty's own queue asks for the size of a cache line by JMX, whose start takes a twentieth of the start of the
        // service.
        super(most, least, new LinkedBlockingQueue<>());
        setName(name);
    }

    /** Has threads end that are left without work, down to the least number. Work that still comes gets threads all the same. */
    void leave() {
        leaving = true;
        wake(getIdleThreads());
    }

    /** Those that sleep already would sleep on for as long as they were told before. */
    private void wake(int asleep) {
        CountDownLatch awake = new CountDownLatch(asleep);
        try {
            for (int i = 0; i < asleep; i++) {
                waking.incrementAndGet();
                execute(() -> {
                    waking.decrementAndGet();
                    takeOne(awake);
                });
            }
        } catch (RejectedExecutionException stopped) {
            waking.decrementAndGet();
            log.debug("The threads of \"{}\" end already", getName(), stopped);
        }
    }

    /** Or one thread would do what is meant for all. */
    private static void takeOne(CountDownLatch awake) {
        awake.countDown();
        try {
            awake.await(LONGEST_WAKE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether work waits for a thread. What only wakes threads up is none. */
    boolean isBusy() {
        return getQueueSize() > waking.get();
    }

    /** Asked by each thread each time before it sleeps; to set another timeout is refused while the threads run. */
    @Override
    public int getIdleTimeout() {
        return leaving ? (int) LAST_IDLE.toMillis() : super.getIdleTimeout();
    }

    /** By Jetty's own rule no thread would end in the first minute, and then one in each idle timeout. */
    @Override
    protected boolean evict() {
        return leaving ? getThreads() > getMinThreads() : super.evict();
    }
}
