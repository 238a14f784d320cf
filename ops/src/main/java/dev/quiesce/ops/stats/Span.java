package dev.quiesce.ops.stats;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Spans of time on the command line: {@code 90s}, {@code 10m}, {@code 1.5h}, {@code 2d}. */
public final class Span implements ITypeConverter<Duration> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(s|m|h|d)");
    private static final Duration DAY = Duration.ofDays(1);

    /** For picocli. */
    public Span() {}

    @Override
    public Duration convert(String text) {
        Matcher matcher = TEXT.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is no span of time, such as 60s, 10m, 12h or 2d");
        }
        double seconds = switch (matcher.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            default -> 86400;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * seconds * 1000));
    }

    /** Writes a span for people, with its two largest units: {@code 20 d 22 h}, {@code 6 h 51 min}, {@code 42 s}. */
    public static String text(Duration span) {
        if (span.compareTo(DAY) >= 0) {
            return span.toDays() + " d" + optional(span.toHoursPart(), " h");
        }
        if (span.toHours() > 0) {
            return span.toHours() + " h" + optional(span.toMinutesPart(), " min");
        }
        return span.toMinutes() > 0
                ? span.toMinutes() + " min" + optional(span.toSecondsPart(), " s")
                : span.toSeconds() + " s";
    }

    private static String optional(int count, String unit) {
        return count == 0 ? "" : " " + count + unit;
    }
}
