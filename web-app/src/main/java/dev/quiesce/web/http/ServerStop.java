package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Stops a Jetty server so that it leaves no thread, however little time there is. */
final class ServerStop {
    /** With no time at all Jetty would not even wake its idle threads, and they would wait for ever. */
    private static final long LEAST_MILLIS = 1;

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
            server.stop();
        }
        if (interrupted) {
            throw new InterruptedException("interrupted while the server was stopped");
        }
    }
}
