package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * What a process says before it halts in the middle of its shutdown. It must not be held up by whatever holds up the
 * shutdown, which may be the log, so it goes to the standard error output, and only so long is it waited for.
 */
record LastWords(Coordinator service, Optional<ReportFile> file) {
    private static final Duration LONGEST = Duration.ofMillis(100);

    /** Writes the report of what has happened so far, and then the line. */
    void say(String line) {
        Thread speaker = new Thread(() -> speak(line), "quiesce-last-words");
        speaker.setDaemon(true);
        speaker.start();
        try {
            speaker.join(LONGEST.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void speak(String line) {
        Report report = service.report();
        System.err.println(report.toJson());
        System.err.println(report.summary());
        System.err.println(line);
        file.ifPresent(to -> to.write(report));
    }
}
