package dev.quiesce.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short programs to their end. */
final class Programs {
    private static final long LONGEST_MINUTES = 2;

    private Programs() {}

    /**
     * Runs a program and returns what it wrote to both its outputs.
     *
     * @throws IOException if it cannot be run, fails, or takes longer than two minutes; the message holds what it wrote
     * @throws InterruptedException if interrupted; the program and its children have been killed
     */
    static String output(List<String> command) throws IOException, InterruptedException {
        Path written = Files.createTempFile("quiesce-", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(written.toFile())
                    .start();
            try {
                if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                    throw new IOException("embedded MariaDB: " + command.get(0) + " took longer than " + LONGEST_MINUTES
                            + " minutes");
                }
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            String output = Files.readString(written, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException("embedded MariaDB: " + command.get(0) + " failed with exit code "
                        + process.exitValue() + ": " + ServerLog.explain(output));
            }
            return output;
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
