package dev.quiesce.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes reports into a file, in place, since a file such as Kubernetes' termination log is a mount that cannot be
 * replaced. It is created if it does not exist; its folder has to.
 */
final class ReportFile {
    static final String VARIABLE = "QUIESCE_REPORT_FILE";

    private static final Logger log = LoggerFactory.getLogger(ProcessHost.class);

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

    /** Writes a report; a fault is logged. */
    void write(Report report) {
        try {
            Files.writeString(path, report.toJson() + "\n");
        } catch (IOException e) {
            log.warn("The report cannot be written to {} ({}): {}", path, VARIABLE, e.toString());
        }
    }
}
