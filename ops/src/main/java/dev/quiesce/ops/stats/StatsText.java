package dev.quiesce.ops.stats;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads saved output of {@code docker stats}: its table, or the lines of {@code docker stats --format '{{json .}}'}, both also
 * mixed, and several samples one after the other. A time such as {@code 2026-11-28T06:51:12+00:00}, on a line of its own or at the
 * beginning of a line, holds for what follows.
 */
public final class StatsText {
    private static final Pattern TERMINAL = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");
    private static final Pattern TIME = Pattern.compile("(\\d{4}-\\d\\d-\\d\\dT\\S+)(?:\\s+(.*))?");
    private static final Pattern ROW = Pattern.compile("(\\S+)\\s+(\\S+)\\s+(\\d+(?:\\.\\d+)?%|--)\\s+(\\S+) ?/ ?(\\S+)"
            + "\\s+(?:\\d+(?:\\.\\d+)?%|--)(?:\\s+(?:\\S+ ?/ ?\\S+|--)){2}\\s+(\\d+|--)");

    private final String source;
    private final List<Sample> samples = new ArrayList<>();
    private @Nullable Instant at;

    private StatsText(String source) {
        this.source = source;
    }

    /**
     * Reads all samples. A container that does not run, for which Docker prints dashes, has none.
     *
     * @param source what to call the text in complaints, such as its file
     * @throws OpsException if a line is not what Docker prints, naming its number, or if there is no sample at all
     */
    public static List<Sample> read(String source, String text) {
        StatsText reader = new StatsText(source);
        List<String> lines = TERMINAL.matcher(text).replaceAll("").lines().toList();
        for (int index = 0; index < lines.size(); index++) {
            reader.line(index + 1, lines.get(index).strip());
        }
        if (reader.samples.isEmpty()) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    source + " has no sample of a running container; "
                            + "record one by: docker stats --no-stream > FILE, while the containers run");
        }
        return List.copyOf(reader.samples);
    }

    private void line(int number, String line) {
        Matcher time = TIME.matcher(line);
        String rest = line;
        if (time.matches()) {
            at = instant(number, time.group(1));
            rest = time.group(2) == null ? "" : time.group(2);
        }
        try {
            if (rest.startsWith("{")) {
                json(rest);
            } else if (!rest.isEmpty() && !rest.startsWith("CONTAINER ID")) {
                row(rest);
            }
        } catch (IllegalArgumentException e) {
            throw complaint(number, e.getMessage());
        }
    }

    private Instant instant(int number, String text) {
        try {
            return OffsetDateTime.parse(text.replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2"))
                    .toInstant();
        } catch (DateTimeException e) {
            throw complaint(number, "'" + text + "' is no time with an offset, such as 2026-11-28T06:51:12Z");
        }
    }

    private void row(String row) {
        Matcher matcher = ROW.matcher(row);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + shortened(row) + "' is neither a row of docker stats nor JSON");
        }
        add(matcher.group(2), matcher.group(3), matcher.group(4), matcher.group(5), matcher.group(6));
    }

    private void json(String line) {
        Map<String, Object> object;
        try {
            object = JSON.std.mapFrom(line);
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + shortened(line) + "' is no whole object of JSON", e);
        }
        String[] memory = field(object, "MemUsage").split("/", 2);
        if (memory.length < 2) {
            throw new IllegalArgumentException("MemUsage has no limit: '" + memory[0] + "'");
        }
        add(field(object, "Name"), field(object, "CPUPerc"), memory[0], memory[1], field(object, "PIDs"));
    }

    private static String field(Map<String, Object> object, String name) {
        if (!(object.get(name) instanceof String text)) {
            throw new IllegalArgumentException(
                    "the object has no " + name + "; record it by: docker stats --no-stream --format '{{json .}}'");
        }
        return text;
    }

    private void add(String name, String cpu, String memory, String limit, String pids) {
        if (cpu.equals("--") || memory.strip().equals("--")) {
            return;
        }
        if (!cpu.matches("\\d+(\\.\\d+)?%")) {
            throw new IllegalArgumentException("'" + cpu + "' is no share of a CPU, such as 11.08%");
        }
        double cpus = Double.parseDouble(cpu.substring(0, cpu.length() - 1)) / 100;
        int processes = pids.matches("\\d{1,9}") ? Integer.parseInt(pids) : 0;
        samples.add(new Sample(at, name, cpus, Size.ofStats(memory), Size.ofStats(limit), processes));
    }

    private OpsException complaint(int number, @Nullable String what) {
        return new OpsException(ExitCode.UNAVAILABLE, source + ", line " + number + ": " + what);
    }

    private static String shortened(String line) {
        return line.length() <= 60 ? line : line.substring(0, 60) + "…";
    }
}
