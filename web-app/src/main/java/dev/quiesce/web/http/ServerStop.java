package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a Jetty server so that it leaves no thread, however little time there is.
 *
 * <p>Threads that have nothing to do are not waited for: hundreds of them take longer to end one by one than everything else takes
 * to stop, and they hold nothing. They end a moment later, or with the process.
 */
final class ServerStop {
    private static final Logger log = LoggerFactory.getLogger(ServerStop.class);

    /** With no time at all Jetty would not even wake its idle threads, and they would wait for ever. */
    private static final long LEAST_MILLIS = 1;

    /** What a thread gets to come back from its last task, such as a selector that has closed. */
    private static final Duration LONGEST_RETURN = Duration.ofMillis(20);

    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** For how long idle threads stay, so that a process that ends does so first. */
    private static final Duration IDLE_STAY = Duration.ofMillis(100);

    private static final long LONGEST_END_MILLIS = 2000;

    private ServerStop() {}

    /**
     * Stops the connector and the server.
     *
     * @throws InterruptedException if interrupted; everything has been stopped all the same, without time for what was
     *     under way
     */
    static void stop(Server server, AbstractConnector connector, Deadline deadline) throws Exception {
        QueuedThreadPool threads = (QueuedThreadPool) server.getThreadPool();
        // An interrupt would keep Jetty from ending its selectors, whose threads it would then wait for.
        boolean interrupted = Thread.interrupted();
        try {
            threads.setStopTimeout(
                    interrupted ? LEAST_MILLIS : Math.max(LEAST_MILLIS, deadline.remaining(TimeUnit.MILLISECONDS)));
            connector.stop();
        } catch (InterruptedException e) {
            interrupted = true;
            threads.setStopTimeout(LEAST_MILLIS);
        } finally {
            server.unmanage(threads);
            try {
                server.stop();
            } finally {
                end(threads, deadline);
            }
        }
        if (interrupted) {
            throw new InterruptedException("interrupted while the server was stopped");
        }
    }

    private static void end(QueuedThreadPool threads, Deadline deadline) throws Exception {
        if (areIdle(threads, deadline.atMost(LONGEST_RETURN))) {
            Thread ending = new Thread(() -> endLater(threads), threads.getName() + "-end");
            ending.setDaemon(true);
            ending.start();
        } else {
            threads.stop();
        }
    }

    private static boolean areIdle(QueuedThreadPool threads, Deadline deadline) {
        while (threads.getBusyThreads() > 0 || threads.getQueueSize() > 0) {
            if (deadline.isExpired() || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }

    private static void endLater(QueuedThreadPool threads) {
        try {
            Thread.sleep(IDLE_STAY.toMillis());
            threads.setStopTimeout(LONGEST_END_MILLIS);
            threads.stop();
        } catch (Exception e) {
            log.warn("The threads of \"{}\" have not been ended: {}", threads.getName(), e.toString());
        }
    }
}
