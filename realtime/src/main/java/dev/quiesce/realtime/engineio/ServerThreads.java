package dev.quiesce.realtime.engineio;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The threads of the server in which the endpoint is mounted. Safe for use by many threads. */
final class ServerThreads implements Executor {
    private volatile @Nullable Executor threads;

    void are(Executor executor) {
        threads = executor;
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException if there is no server, or if it has stopped
     */
    @Override
    public void execute(Runnable task) {
        Executor executor = threads;
        if (executor == null) {
            throw new RejectedExecutionException("the endpoint is not mounted in a server that has started");
        }
        executor.execute(task);
    }
}
