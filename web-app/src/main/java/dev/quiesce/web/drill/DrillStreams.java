package dev.quiesce.web.drill;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.WorkGuard;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The open event streams of the drill, all of them driven by one thread.
 *
 * <p>A stream would outlast any drain. So {@link #quiesce} refuses new ones with 503 and tells the open ones, which say
 * so in a last event and end themselves; {@link #drain} waits for that. A client goes on at another instance by the
 * number of the last event that it has seen.
 *
 * <p>Safe for use by many threads.
 */
public final class DrillStreams implements Lifecycle {
    private final ScheduledThreadPoolExecutor scheduler;
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    /** Never quiesced: a stream that opens too late is told to end, and has to be waited for as well. */
    private final WorkGuard guard = new WorkGuard();

    private volatile boolean accepting;

    @Inject
    DrillStreams() {
        // A stream that is cut by stop may still ask for its next turn; that it gets none is right.
        scheduler = new ScheduledThreadPoolExecutor(
                1,
                work -> {
                    Thread thread = new Thread(work, "drill-streams");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        scheduler.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void start() {
        accepting = !scheduler.isShutdown();
    }

    @Override
    public void quiesce() {
        accepting = false;
        open.forEach(stream -> scheduler.execute(stream::end));
    }

    /**
     * Waits until every stream has ended.
     *
     * @throws TimeoutException if some are still open at the deadline; its message says how many
     * @throws InterruptedException if the wait is interrupted
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        if (!guard.awaitIdle(deadline)) {
            throw new TimeoutException(size() + " event streams are still open");
        }
    }

    /** Cuts the streams that are still open and ends the thread. */
    @Override
    public void stop(Deadline deadline) {
        accepting = false;
        open.forEach(EventStream::cut);
        scheduler.shutdownNow();
    }

    /** Returns the number of open streams. */
    @Override
    public OptionalLong inFlight() {
        return guard.inFlight();
    }

    /** Returns the number of open streams. */
    public int size() {
        return open.size();
    }

    void open(AsyncContext async, ServletOutputStream out, int seen, int last, Duration gap) {
        EventStream stream = new EventStream(this, async, out, seen, last, gap);
        guard.tryEnter();
        open.add(stream);
        async.addListener(stream);
        out.setWriteListener(stream);
        if (!isAccepting()) {
            stream.end();
        }
    }

    boolean isAccepting() {
        return accepting && !scheduler.isShutdown();
    }

    void later(Runnable turn, Duration delay) {
        scheduler.schedule(turn, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    void closed(EventStream stream) {
        if (open.remove(stream)) {
            guard.exit();
        }
    }
}
