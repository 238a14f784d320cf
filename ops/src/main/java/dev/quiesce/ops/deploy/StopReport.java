package dev.quiesce.ops.deploy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an old version has stopped.
 *
 * @param name what it is called: its container or its unit
 * @param log the command that shows its log
 * @param exitCode what it has ended with
 * @param outcome what its report says, or {@code none} if it has written none
 * @param summary its report in a sentence
 */
record StopReport(String name, String log, int exitCode, String outcome, String summary) {
    private static final String SCHEMA = "{\"schema\":\"quiesce-report/1\"";
    private static final int ENDED_BY_SIGTERM = 143;

    static StopReport of(String name, String log, int exitCode, Optional<String> said) {
        if (said.isEmpty()) {
            return new StopReport(name, log, exitCode, "none", "its log cannot be read, so neither can its report");
        }
        String written = said.get();
        List<String> reports =
                written.lines().filter(line -> line.contains(SCHEMA)).toList();
        if (reports.isEmpty()) {
            return new StopReport(name, log, exitCode, "none", "it has written no report");
        }
        String line = reports.get(reports.size() - 1);
        try {
            Map<String, Object> report = JSON.std.mapFrom(line.substring(line.indexOf(SCHEMA)));
            return new StopReport(
                    name, log, exitCode, String.valueOf(report.get("outcome")), String.valueOf(report.get("summary")));
        } catch (IOException e) {
            return new StopReport(name, log, exitCode, "unreadable", "its report cannot be read: " + e.getMessage());
        }
    }

    /** Returns whether nothing was lost, as far as it says; without a report the exit code has to do. */
    boolean isClean() {
        return outcome.equals("clean") && exitCode == 0
                || outcome.equals("none") && (exitCode == 0 || exitCode == ENDED_BY_SIGTERM);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("exitCode", exitCode);
        map.put("outcome", outcome);
        map.put("summary", summary);
        map.put("clean", isClean());
        return map;
    }

    @Override
    public String toString() {
        return name + " has stopped with exit code " + exitCode + ": " + summary;
    }
}
