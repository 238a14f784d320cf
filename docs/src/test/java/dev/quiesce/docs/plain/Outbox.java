package dev.quiesce.docs.plain;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.WorkGuard;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Writes letters one after the other, on a thread of its own. Thread-safe. */
final class Outbox implements Lifecycle {
    private final Consumer<String> journal;
    private final WorkGuard letters = new WorkGuard();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "outbox"));

    Outbox(Consumer<String> journal) {
        this.journal = journal;
    }

    /** Takes a letter, which is written some time later. */
    void post(String letter) {
        if (!letters.tryEnter()) {
            throw new IllegalStateException("The outbox has stopped");
        }
        thread.execute(() -> {
            try {
                journal.accept(letter);
            } finally {
                letters.exit();
            }
        });
    }

    @Override
    public void start() {
        // The thread begins with the first letter.
    }

    @Override
    public void drain(Deadline deadline) throws Exception {
        letters.drain(deadline);
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        letters.stop(deadline);
        thread.shutdownNow();
        thread.awaitTermination(deadline.remaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
    }

    @Override
    public OptionalLong inFlight() {
        return letters.inFlight();
    }
}
