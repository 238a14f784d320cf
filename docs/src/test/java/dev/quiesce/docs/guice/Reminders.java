package dev.quiesce.docs.guice;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.WorkGuard;
import jakarta.inject.Inject;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Writes a reminder ten times a second. Thread-safe. */
final class Reminders implements Lifecycle {
    private final Journal journal;
    private final WorkGuard writing;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @Inject
    Reminders(Journal journal, WorkGuard writing) {
        this.journal = journal;
        this.writing = writing;
    }

    @Override
    public void start() {
        timer.scheduleAtFixedRate(this::remind, 0, 100, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop(Deadline deadline) {
        timer.shutdownNow();
    }

    private void remind() {
        try (WorkGuard.Hold hold = writing.tryHold("reminder")) {
            if (hold != null) {
                journal.append("Remember to quiesce");
            }
        }
    }
}
