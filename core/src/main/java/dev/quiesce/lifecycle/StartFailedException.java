package dev.quiesce.lifecycle;

/**
 * A component failed to start, or did not start in time. What had started has been stopped again.
 *
 * <p>The message names the component. The cause is what it threw; whatever failed later, while the rest was being stopped,
 * is suppressed under this exception.
 */
public final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Report report;

    StartFailedException(String message, Throwable cause, Report report) {
        super(message, cause);
        this.report = report;
    }

    /** Returns what the start and the stop that followed it did. */
    public Report report() {
        return report;
    }
}
