package dev.quiesce.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes reports into a file, in place, since a file such as Kubernetes' termination log is a mount that cannot be
 * replaced. It is created if it does not exist; its folder has to.
 */
final class ReportFile {
    static final String VARIABLE = "QUIESCE_REPORT_FILE";

    private final Path path;

    private ReportFile(Path path) {
        this.path = path;
    }

    /**
     * Returns the file that the environment names, or null if it names none.
     *
     * @throws IllegalArgumentException if it is set to something that is no path
     */
    static @Nullable ReportFile in(Map<String, String> environment) {
        String set = environment.get(VARIABLE);
        if (set == null || set.isBlank()) {
            return null;
        }
        try {
            return new ReportFile(Path.of(set));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(VARIABLE + " is no path: " + e.getMessage(), e);
        }
    }

    /**
     * Writes a report in place of what was there.
     *
     * @throws IOException if it cannot be written
     */
    void write(Report report) throws IOException {
        Files.writeString(path, report.toJson() + "\n");
    }

    /** Returns the path and where it is set. */
    @Override
    public String toString() {
        return path + " (" + VARIABLE + ")";
    }
}
