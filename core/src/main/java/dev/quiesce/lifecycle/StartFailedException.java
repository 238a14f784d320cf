package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.util.concurrent.TimeoutException;

/**
 * A component failed to start, or did not start in time. What had started has been stopped again.
 *
 * <p>The message names the component. The cause is what it threw; whatever failed or overran besides, in the start or while
 * the rest was being stopped, is suppressed under this exception.
 */
public final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Report report;

    /** Returns the exception for the fault that a start failed by, with whatever else failed under it. */
    static StartFailedException of(Step fault, Report report) {
        Throwable cause = error(fault);
        StartFailedException failure = new StartFailedException(fault.toString(), cause, report);
        for (Step step : report.faults()) {
            Throwable error = error(step);
            if (!step.equals(fault) && error != cause) {
                failure.addSuppressed(error);
            }
        }
        return failure;
    }

    private static Throwable error(Step step) {
        if (step.error() != null) {
            return step.error();
        }
        TimeoutException overrun = new TimeoutException(step.toString());
        overrun.setStackTrace(step.stack().toArray(StackTraceElement[]::new));
        return overrun;
    }

    private StartFailedException(String message, Throwable cause, Report report) {
        super(message, cause);
        this.report = report;
    }

    /** Returns what the start and the stop that followed it did. */
    public Report report() {
        return report;
    }
}
