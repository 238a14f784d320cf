package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Writes a report as one line of JSON. Written by hand, so that the library needs no other, and in plain loops, since it runs
 * once, in the last moments of a process: to link a lambda or a stream takes longer than what it does.
 */
final class ReportJson {
    private static final String SCHEMA = "quiesce-report/1";
    private static final int MOST_FRAMES = 32;
    private static final long NANOS_IN_MICRO = 1000;
    private static final long MICROS_IN_MILLI = 1000;
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder json = new StringBuilder(1024);

    private ReportJson() {}

    static String of(Report report) {
        ReportJson writer = new ReportJson();
        writer.write(report);
        return writer.json.toString();
    }

    private void write(Report report) {
        json.append('{');
        field("schema", SCHEMA);
        field("at", report.at().toString());
        field("outcome", outcome(report));
        field("stage", report.stage().name());
        if (report.reason() != null) {
            field("reason", report.reason());
        }
        if (report.stage().isTerminal()) {
            field("summary", report.summary());
        }
        raw("started", Boolean.toString(report.started()));
        raw("hurried", Boolean.toString(report.hurried()));
        raw("startMs", millis(report.startTime()));
        raw("stopMs", millis(report.stopTime()));
        raw("totalMs", millis(report.total()));
        name("stages");
        json.append('{');
        for (Map.Entry<Stage, Duration> stage : report.stages().entrySet()) {
            raw(stage.getKey().name(), millis(stage.getValue()));
        }
        json.append('}');
        Map<String, List<Step>> steps = new HashMap<>();
        for (Step step : report.steps()) {
            List<Step> known = steps.get(step.component());
            if (known == null) {
                known = new ArrayList<>();
                steps.put(step.component(), known);
            }
            known.add(step);
        }
        name("components");
        json.append('[');
        for (String component : report.components()) {
            separate();
            write(component, steps.getOrDefault(component, List.of()));
        }
        json.append("]}");
    }

    private void write(String component, List<Step> steps) {
        json.append('{');
        field("name", component);
        field("outcome", worst(steps).name());
        name("steps");
        json.append('[');
        for (Step step : steps) {
            separate();
            write(step);
        }
        json.append("]}");
    }

    private void write(Step step) {
        json.append('{');
        field("stage", step.stage().name());
        field("outcome", step.outcome().name());
        raw("beganMs", millis(step.began()));
        raw("tookMs", millis(step.took()));
        number("inFlightAtBegin", step.inFlightAtBegin());
        number("inFlightAtEnd", step.inFlightAtEnd());
        Throwable error = step.error();
        if (error != null) {
            field("error", Step.words(error));
            field("errorType", error.getClass().getName());
        }
        if (!step.stack().isEmpty()) {
            name("stack");
            json.append('[');
            for (StackTraceElement frame :
                    step.stack().subList(0, Math.min(MOST_FRAMES, step.stack().size()))) {
                separate();
                string(frame.toString());
            }
            json.append(']');
        }
        json.append('}');
    }

    private static String outcome(Report report) {
        if (!report.stage().isTerminal()) {
            return "unfinished";
        }
        if (report.isStartFailure()) {
            return "start-failed";
        }
        if (!report.isClean()) {
            return "faults";
        }
        return report.hurried() ? "hurried" : "clean";
    }

    /** Returns the outcome of the first step that is not clean, or else of the last one; skipped without any. */
    private static Outcome worst(List<Step> steps) {
        Outcome last = Outcome.SKIPPED;
        for (Step step : steps) {
            last = step.outcome();
            if (!last.isClean()) {
                return last;
            }
        }
        return last;
    }

    /** Returns milliseconds with three decimals. Not by a formatter, which takes longer to load than many a stop takes. */
    private static String millis(Duration duration) {
        long micros = duration.toNanos() / NANOS_IN_MICRO;
        String decimals =
                Long.toString(MICROS_IN_MILLI + micros % MICROS_IN_MILLI).substring(1);
        return micros / MICROS_IN_MILLI + "." + decimals;
    }

    private void number(String name, OptionalLong value) {
        if (value.isPresent()) {
            raw(name, Long.toString(value.getAsLong()));
        }
    }

    private void field(String name, String value) {
        name(name);
        string(value);
    }

    private void raw(String name, String value) {
        name(name);
        json.append(value);
    }

    private void name(String name) {
        separate();
        string(name);
        json.append(':');
    }

    private void separate() {
        char last = json.charAt(json.length() - 1);
        if (last != '{' && last != '[' && last != ':') {
            json.append(',');
        }
    }

    private void string(String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ' || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                        escape(c);
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    private void escape(char c) {
        json.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            json.append(HEX.charAt(c >> shift & 0xf));
        }
    }
}
