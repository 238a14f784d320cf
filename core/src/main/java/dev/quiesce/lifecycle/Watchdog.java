package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process when a shutdown has not ended by itself, for example because its log can no longer be written or a
 * foreign shutdown hook hangs. Its thread exists from the beginning, since none may be had when it is needed.
 *
 * <p>Thread-safe.
 */
final class Watchdog {
    private static final int EXIT_FAULTS = 1;

    private final CountDownLatch shutdownBegan = new CountDownLatch(1);

    /** Makes a watchdog that does nothing yet. */
    Watchdog(Budgets budgets, LastWords words) {
        // What comes after the stop stage has had most of its time by then; the rest is for the last words.
        Duration forWords = budgets.end().multipliedBy(2).dividedBy(5);
        Thread thread = new Thread(() -> watch(budgets.total(), forWords, words), "quiesce-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    /** Halts the JVM when the total time of a shutdown that begins now is over. Only the first call counts. */
    void shutdownBegan() {
        shutdownBegan.countDown();
    }

    private void watch(Duration total, Duration forWords, LastWords words) {
        try {
            shutdownBegan.await();
            TimeUnit.NANOSECONDS.sleep(total.minus(forWords).toNanos());
            words.say("The shutdown has not ended in " + total.toMillis() + " ms: halting; exit code 1", forWords);
        } catch (InterruptedException e) {
            // Nobody but a stranger interrupts this thread; then the time is over early.
        } finally {
            Runtime.getRuntime().halt(EXIT_FAULTS);
        }
    }
}
