package dev.quiesce.docs.plain;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where letters end up: here, the log. Thread-safe. */
final class Journal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);
    private boolean closed;
    private int letters;

    synchronized void append(String letter) {
        if (closed) {
            throw new IllegalStateException("The journal is closed; '" + letter + "' is lost");
        }
        letters++;
        log.info("Wrote '{}'", letter);
    }

    @Override
    public synchronized void close() {
        closed = true;
        log.info("Closed with {} letters", letters);
    }
}
