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

    /** Runs a task on one of them, or on the calling thread if there is none any more, as handlers must still learn of the end. */
    @Override
    public void execute(Runnable task) {
        Executor executor = threads;
        if (executor == null) {
            task.run();
            return;
        }
        try {
            executor.execute(task);
        } catch (RejectedExecutionException stopped) {
            task.run();
        }
    }
}
