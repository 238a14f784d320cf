package dev.quiesce.docs.guice;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A journal that is kept in the log. Thread-safe. */
final class LoggedJournal implements Journal, Lifecycle {
    private static final Logger log = LoggerFactory.getLogger(LoggedJournal.class);
    private volatile boolean open;

    @Override
    public void append(String line) {
        if (!open) {
            throw new IllegalStateException("The journal is closed; '" + line + "' is lost");
        }
        log.debug("{}", line);
    }

    @Override
    public void start() {
        open = true;
    }

    @Override
    public void stop(Deadline deadline) {
        open = false;
    }
}
