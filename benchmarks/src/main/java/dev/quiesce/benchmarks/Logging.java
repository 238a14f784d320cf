package dev.quiesce.benchmarks;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets up the log of a process: logback as it is without a configuration, to the standard output. */
public final class Logging {
    private Logging() {}

    /** Lets pass what has this level or a higher one. */
    public static void from(Level level) {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(level);
    }
}
