package dev.quiesce.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in what a server has written why it failed. */
final class ServerLog {
    private static final Pattern MISSING_LIBRARY = Pattern.compile("error while loading shared libraries: ([^:\\s]+)");
    private static final int LINES = 5;

    private ServerLog() {}

    static String explain(Path log) {
        try {
            // The server writes names of files as they are, in any encoding.
            return explain(Files.readString(log, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return "its log " + log + " cannot be read: " + e.getMessage();
        }
    }

    static String explain(String log) {
        Matcher library = MISSING_LIBRARY.matcher(log);
        if (library.find()) {
            return "the shared library " + library.group(1) + " is missing on this machine; install the package that"
                    + " holds it";
        }
        List<String> lines = log.lines().filter(line -> !line.isBlank()).toList();
        List<String> errors =
                lines.stream().filter(line -> line.contains("[ERROR]")).toList();
        List<String> telling = errors.isEmpty() ? lines : errors;
        return telling.isEmpty()
                ? "it wrote nothing"
                : String.join(" | ", telling.subList(Math.max(0, telling.size() - LINES), telling.size()));
    }
}
