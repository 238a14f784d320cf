package dev.quiesce.docs;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.util.List;

/** What a service has written, made comparable. */
public final class Output {
    private Output() {}

    /** Returns what happened, with {@code n} for each number; without the report and how long the service waited for whom. */
    public static List<String> events(ServiceProcess process) {
        return process.lines().stream()
                .filter(line -> !line.contains(" Report {"))
                .map(line -> line.substring(line.indexOf(' ')).strip())
                .filter(line -> !line.contains("waiting for") && !line.contains("Drained"))
                .map(line -> line.replaceAll("(?<!code )\\d+", "n"))
                .toList();
    }

    /** Returns the number at the end of a line. */
    public static int port(String line) {
        return Integer.parseInt(line.replaceAll(".*port (\\d+).*", "$1"));
    }

    /** Returns the last line. */
    public static String last(ServiceProcess process) {
        List<String> lines = process.lines();
        return lines.get(lines.size() - 1);
    }
}
