package dev.quiesce.realtime;

import java.util.concurrent.CompletableFuture;

/** Runs something on a thread of its own, and tells how it ended. */
public final class Async {

    public interface Action {
        void run() throws Exception;
    }

    private Async() {}

    public static CompletableFuture<Void> async(Action action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }
}
