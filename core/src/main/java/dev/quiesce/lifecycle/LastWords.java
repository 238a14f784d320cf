package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * What a process says before it halts in the middle of its shutdown. It must not be held up by whatever holds up the
 * shutdown, which may be the log, so it goes to the standard error output, and only so long is it waited for.
 */
record LastWords(Coordinator service, Optional<ReportFile> file) {

    /** Writes the report of what has happened so far, first to the file, and then the line. Never throws. */
    void say(String line, Duration atMost) {
        try {
            Thread speaker = new Thread(() -> speak(line), "quiesce-last-words");
            speaker.setDaemon(true);
            speaker.start();
            speaker.join(Math.max(1, atMost.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (OutOfMemoryError noThread) {
            // Then it halts without a word, which is better than not to halt.
        }
    }

    private void speak(String line) {
        Report report = service.report();
        file.ifPresent(to -> to.write(report));
        System.err.println(report.toJson());
        System.err.println(report.summary());
        System.err.println(line);
    }
}
