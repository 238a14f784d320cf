package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process when a shutdown has not ended by itself, for example because its log can no longer be written or a
 * foreign shutdown hook hangs.
 */
final class Watchdog {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration WORDS = Duration.ofMillis(100);
    private static final int EXIT_FAULTS = 1;

    private Watchdog() {}

    /** Halts the JVM once the total time of a shutdown that begins now is over by a second. */
    static void start(Duration total) {
        Thread thread = new Thread(() -> halt(total.plus(GRACE)), "quiesce-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    private static void sayWithoutBeingHeldUp(String words) throws InterruptedException {
        Thread speaker = new Thread(() -> System.err.println(words), "quiesce-watchdog-words");
        speaker.setDaemon(true);
        speaker.start();
        speaker.join(WORDS.toMillis());
    }

    private static void halt(Duration after) {
        try {
            TimeUnit.NANOSECONDS.sleep(after.toNanos());
            sayWithoutBeingHeldUp("The shutdown has not ended in " + after.toMillis() + " ms: halting; exit code 1");
        } catch (InterruptedException e) {
            // Nobody but a stranger interrupts this thread; then the time is over early.
        }
        Runtime.getRuntime().halt(EXIT_FAULTS);
    }
}
