package dev.quiesce.web.board;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.realtime.socketio.Namespace;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who watch who else does: the users of all instances, as the log of the sockets knows them. It looks once a second, tells
 * only this instance's sockets and only what has changed, and tells all again from time to time, since what it tells is dropped for
 * clients that do not take it at once. So what it costs does not grow with those who come and go.
 *
 * <p>As one component, above the server of the sockets. It starts and stops once. Thread-safe.
 */
public final class Presence implements Lifecycle {
    private static final Logger log = LoggerFactory.getLogger(Presence.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int LOOKS_UNTIL_TOLD_AGAIN = 20;

    /** Whoever is back within that time after a restart has never been away. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Namespace namespace;
    private final Consumer<Watchers> found;
    private final Duration interval;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "presence");
        thread.setDaemon(true);
        return thread;
    });
    private Watchers told = Watchers.NOBODY;
    private int looksSinceTold;
    private boolean failing;

    Presence(Namespace namespace, Consumer<Watchers> found) {
        this(namespace, found, INTERVAL);
    }

    Presence(Namespace namespace, Consumer<Watchers> found, Duration interval) {
        this.namespace = namespace;
        this.found = found;
        this.interval = interval;
    }

    /**
     * Begins to look.
     *
     * @throws java.util.concurrent.RejectedExecutionException if this has been quiesced or stopped before
     */
    @Override
    public void start() {
        timer.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Looks no more. */
    @Override
    public void quiesce() {
        timer.shutdown();
    }

    /**
     * Waits for the end of a look.
     *
     * @throws TimeoutException if it has not ended by the deadline
     * @throws InterruptedException if the calling thread was interrupted
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        timer.shutdown();
        awaitEnd(deadline);
    }

    /**
     * Interrupts a look that is under way, and waits for its end.
     *
     * @throws TimeoutException if it has not ended by the deadline
     * @throws InterruptedException if the calling thread was interrupted
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        timer.shutdownNow();
        awaitEnd(deadline);
    }

    private void awaitEnd(Deadline deadline) throws TimeoutException, InterruptedException {
        if (!timer.awaitTermination(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("the database had not said by the deadline who watches the board");
        }
    }

    private void look() {
        if (namespace.size() == 0) {
            return;
        }
        try {
            Watchers now = Watchers.of(namespace.users(GRACE));
            found.accept(now);
            looksSinceTold++;
            if (!now.equals(told) || looksSinceTold >= LOOKS_UNTIL_TOLD_AGAIN) {
                namespace.all().asVolatile().emit("present", now);
                told = now;
                looksSinceTold = 0;
            }
            failing = false;
        } catch (SQLException | RuntimeException e) {
            if (!failing) {
                log.warn("It is not known who watches the board, until the database says so again: {}", e.getMessage());
            }
            failing = true;
        }
    }
}
