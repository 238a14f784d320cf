package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
        switch (step.outcome()) {
            case COMPLETED -> completed(step);
            case FAILED -> failed(step);
            case OVERRAN ->
                log.error(
                        "{}; its thread stands{}",
                        step,
                        step.stack().stream()
                                .map(Object::toString)
                                .collect(Collectors.joining("\n\tat ", "\n\tat ", "")));
            case CUT -> log.warn("{}", step);
            case SKIPPED -> log.debug("{}", step);
            case RUNNING -> throw new IllegalArgumentException(step.toString());
        }
    }

    static void endedLate(String component, Stage stage) {
        log.info("{} has ended late, after it had been left behind while {}", component, stage);
    }

    /** Writes one line however many steps are waited for. */
    static void waiting(Stage stage, List<RunningStep> running, long now) {
        String named = running.stream()
                .limit(MOST_NAMED)
                .map(step -> step.component() + " since " + millis(now - step.startedAt()) + " ms, at most "
                        + millis(Math.max(0, step.endsAt() - now)) + " ms more")
                .collect(Collectors.joining("; "));
        int others = running.size() - MOST_NAMED;
        log.info("{}: waiting for {}{}", stage, named, others > 0 ? "; and " + others + " others" : "");
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
        switch (step.stage()) {
            case STARTING -> log.info("Started {} in {} ms", step.component(), millis);
            case STOPPING -> log.info("Stopped {} in {} ms", step.component(), millis);
            case DRAINING -> {
                if (millis < SHORT_MILLIS) {
                    log.debug("Drained {} in {} ms", step.component(), millis);
                } else {
                    log.info("Drained {} in {} ms", step.component(), millis);
                }
            }
            default -> log.debug("{}", step);
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
