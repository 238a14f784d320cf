package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.MessageFormatter;

/** Writes the lines of the log, whatever state that is in. Thread-safe. */
final class StepLog {
    private static final Logger log = LoggerFactory.getLogger(Coordinator.class);
    private static final Logger reportLog = LoggerFactory.getLogger(Report.class);
    private static final long SHORT_MILLIS = 10;
    private static final int MOST_NAMED = 5;

    private StepLog() {}

    static void began(String component, Stage stage) {
        if (stage == Stage.STOPPING) {
            write(Level.INFO, "Stopping {}", component);
        }
    }

    static void ended(Step step) {
        if (step.outcome() == Outcome.COMPLETED) {
            completed(step);
        } else if (step.outcome() == Outcome.FAILED) {
            failed(step);
        } else if (step.outcome() == Outcome.OVERRAN) {
            StringBuilder stack = new StringBuilder();
            for (StackTraceElement frame : step.stack()) {
                stack.append("\n\tat ").append(frame);
            }
            write(Level.ERROR, "{}; its thread stands{}", step, stack);
        } else if (step.outcome() == Outcome.CUT) {
            write(Level.WARN, "{}", step);
        } else {
            write(Level.DEBUG, "{}", step);
        }
    }

    static void endedLate(String component, Stage stage) {
        write(Level.INFO, "{} has ended late, after it had been left behind while {}", component, stage);
    }

    /** Writes one line however many steps are waited for. */
    static void waiting(Stage stage, List<RunningStep> running, long now) {
        StringJoiner named = new StringJoiner("; ");
        for (RunningStep step : running.subList(0, Math.min(MOST_NAMED, running.size()))) {
            named.add(step.component() + " since " + millis(now - step.startedAt()) + " ms, at most "
                    + millis(Math.max(0, step.endsAt() - now)) + " ms more");
        }
        int others = running.size() - MOST_NAMED;
        if (others > 0) {
            named.add("and " + others + " others");
        }
        write(Level.INFO, "{}: waiting for {}", stage, named);
    }

    /** A checked exception is an expected fault whose message suffices; anything else may be a bug, so it needs its stack. */
    private static void failed(Step step) {
        Throwable error = step.error();
        boolean expected = !(error instanceof RuntimeException || error instanceof Error);
        write(Level.ERROR, "{}", step);
        write(expected ? Level.DEBUG : Level.ERROR, "The failure of {}", step.component(), error);
    }

    /** Writes a report as one line, unless that is not wanted. */
    static void writeReport(Level level, Report report) {
        try {
            if (reportLog.isEnabledForLevel(level)) {
                reportLog.atLevel(level).log("{}", report.toJson());
            }
        } catch (Throwable broken) {
            System.err.println(report.toJson());
            System.err.println("The log has failed: " + broken.getClass().getName());
        }
    }

    /** Writes a line. A log that fails costs its own line, which goes to the standard error output then, and nothing else. */
    static void write(Level level, String line, @Nullable Object... arguments) {
        try {
            log.atLevel(level).log(line, arguments);
        } catch (Throwable broken) {
            System.err.println(MessageFormatter.basicArrayFormat(line, arguments));
            System.err.println("The log has failed: " + broken.getClass().getName());
        }
    }

    private static void completed(Step step) {
        long millis = step.took().toMillis();
        if (step.stage() == Stage.STARTING) {
            write(Level.INFO, "Started {} in {} ms", step.component(), millis);
        } else if (step.stage() == Stage.STOPPING) {
            write(Level.INFO, "Stopped {} in {} ms", step.component(), millis);
        } else if (step.stage() == Stage.DRAINING && millis >= SHORT_MILLIS) {
            write(Level.INFO, "Drained {} in {} ms", step.component(), millis);
        } else {
            write(Level.DEBUG, "{}", step);
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
