package dev.quiesce.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Halts a process in the middle of its shutdown, and says how far that has come. By itself it does so when the shutdown has
 * not ended in time, for example because its log can no longer be written or a foreign shutdown hook hangs. Its thread
 * exists from the beginning, since none may be had when it is needed.
 *
 * <p>Thread-safe.
 */
final class Watchdog {
    private static final int EXIT_FAULTS = 1;

    private final Coordinator service;
    private final @Nullable ReportFile file;
    private final CountDownLatch shutdownBegan = new CountDownLatch(1);

    /**
     * Makes a watchdog that does nothing yet.
     *
     * @param service what it watches
     * @param file where the report goes besides the standard error output
     */
    Watchdog(Coordinator service, @Nullable ReportFile file) {
        this.service = service;
        this.file = file;
        daemon(this::watch, "quiesce-watchdog").start();
    }

    /** Halts the JVM when the total time of a shutdown that begins now is over. Only the first call counts. */
    void shutdownBegan() {
        shutdownBegan.countDown();
    }

    /**
     * Writes the report of what has happened so far to the file, and to the standard error output with the line after it;
     * then it halts the JVM.
     *
     * <p>It must not be held up by whatever holds up the shutdown, so it says nothing to the log, the file and the output do
     * not wait for each other, and only so long is either waited for.
     */
    void halt(String line, int code, Duration atMost) {
        try {
            Thread speaker = daemon(() -> speak(line + "; exit code " + code), "quiesce-last-words");
            speaker.start();
            speaker.join(Math.max(1, atMost.toMillis()));
        } catch (InterruptedException | OutOfMemoryError noThread) {
            // Then it halts without a word, which is better than not to halt.
        } finally {
            Runtime.getRuntime().halt(code);
        }
    }

    private void watch() {
        Duration total = service.budgets().total();
        // What comes after the stop stage has had most of its time by then; the rest is for the last words.
        Duration forWords = service.budgets().end().multipliedBy(2).dividedBy(5);
        String line = "The shutdown has not ended in " + total.toMillis() + " ms: halting";
        try {
            shutdownBegan.await();
            TimeUnit.NANOSECONDS.sleep(total.minus(forWords).toNanos());
        } catch (InterruptedException e) {
            // Nobody but a stranger interrupts this thread; then the time is over early.
        } finally {
            halt(line, EXIT_FAULTS, forWords);
        }
    }

    private void speak(String line) {
        Report report = service.report();
        Thread writer = daemon(() -> write(report), "quiesce-last-report");
        writer.start();
        System.err.println(report.toJson());
        System.err.println(report.summary());
        System.err.println(line);
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Report report) {
        try {
            if (file != null) {
                file.write(report);
            }
        } catch (IOException e) {
            System.err.println("The report cannot be written to " + file + ": " + e);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
