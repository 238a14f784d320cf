package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes the log lines of steps. */
final class StepLog {
    private static final Logger log = LoggerFactory.getLogger(Coordinator.class);
    private static final long SHORT_MILLIS = 10;
    private static final int MOST_NAMED = 5;

    private StepLog() {}

    static void began(String component, Stage stage) {
        if (stage == Stage.STOPPING) {
            log.info("Stopping {}", component);
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
            log.error("{}; its thread stands{}", step, stack);
        } else if (step.outcome() == Outcome.CUT) {
            log.warn("{}", step);
        } else {
            log.debug("{}", step);
        }
    }

    static void endedLate(String component, Stage stage) {
        log.info("{} has ended late, after it had been left behind while {}", component, stage);
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
        log.info("{}: waiting for {}", stage, named);
    }

    /** A checked exception is an expected fault whose message suffices; anything else may be a bug, so it needs its stack. */
    private static void failed(Step step) {
        Throwable error = step.error();
        boolean expected = !(error instanceof RuntimeException || error instanceof Error);
        log.error("{}", step);
        try {
            log.atLevel(expected ? Level.DEBUG : Level.ERROR).log("The failure of " + step.component(), error);
        } catch (Throwable e) {
            log.error("The failure of {} cannot be logged: {}", step.component(), e.toString());
        }
    }

    private static void completed(Step step) {
        long millis = step.took().toMillis();
        if (step.stage() == Stage.STARTING) {
            log.info("Started {} in {} ms", step.component(), millis);
        } else if (step.stage() == Stage.STOPPING) {
            log.info("Stopped {} in {} ms", step.component(), millis);
        } else if (step.stage() == Stage.DRAINING && millis >= SHORT_MILLIS) {
            log.info("Drained {} in {} ms", step.component(), millis);
        } else {
            log.debug("{}", step);
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
