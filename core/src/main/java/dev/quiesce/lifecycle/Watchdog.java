package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process when a shutdown has not ended by itself, for example because its log can no longer be written or a
 * foreign shutdown hook hangs.
 */
final class Watchdog {
    private static final int EXIT_FAULTS = 1;

    private Watchdog() {}

    /** Halts the JVM when the total time of a shutdown that begins now is over. */
    static void start(Budgets budgets, LastWords words) {
        // What comes after the stop stage has had most of its time by then; the rest is for the last words.
        Duration patience = budgets.total().minus(budgets.end().multipliedBy(2).dividedBy(5));
        Thread thread = new Thread(() -> halt(patience, budgets.total(), words), "quiesce-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    private static void halt(Duration patience, Duration total, LastWords words) {
        try {
            TimeUnit.NANOSECONDS.sleep(patience.toNanos());
            words.say("The shutdown has not ended in " + total.toMillis() + " ms: halting; exit code 1");
        } catch (InterruptedException e) {
            // Nobody but a stranger interrupts this thread; then the time is over early.
        }
        Runtime.getRuntime().halt(EXIT_FAULTS);
    }
}
