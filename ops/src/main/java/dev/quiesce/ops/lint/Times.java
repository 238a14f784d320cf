package dev.quiesce.ops.lint;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time, as each format writes them. */
enum Times {
    /** Of Go and compose files: {@code 1m30s}, {@code 1.5s}. */
    GO(
            Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "ms", Times.MS, "s", Times.S, "m", Times.M, "h", Times.H),
            false,
            true),
    /** Of units of systemd: {@code 1min 30s}, {@code 90}, {@code infinity}. */
    SYSTEMD(systemdUnits(), true, true),
    /** Of nginx: {@code 1m30s}, {@code 60}. */
    NGINX(
            Map.of(
                    "",
                    Times.S,
                    "ms",
                    Times.MS,
                    "s",
                    Times.S,
                    "m",
                    Times.M,
                    "h",
                    Times.H,
                    "d",
                    Times.D,
                    "w",
                    7 * Times.D,
                    "M",
                    30 * Times.D,
                    "y",
                    365 * Times.D),
            true,
            false),
    /** Of the service's settings: {@code 2500ms}. */
    SETTING(Map.of("ms", Times.MS, "s", Times.S, "m", Times.M, "h", Times.H), false, false);

    /** Stands for a time without end. */
    static final Duration FOREVER = Duration.ofDays(36_500);

    private static final long MS = 1_000_000L;
    private static final long S = 1_000 * MS;
    private static final long M = 60 * S;
    private static final long H = 60 * M;
    private static final long D = 24 * H;
    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(\\s*)([a-zA-Zµ]*)(\\s*)");

    private final Map<String, Long> nanos;
    private final boolean blanks;
    private final boolean fractions;

    Times(Map<String, Long> nanos, boolean blanks, boolean fractions) {
        this.nanos = nanos;
        this.blanks = blanks;
        this.fractions = fractions;
    }

    /** Returns the time that the text stands for, or nothing if it stands for none. */
    Optional<Duration> parse(String text) {
        if (this == SYSTEMD && text.equals("infinity")) {
            return Optional.of(FOREVER);
        }
        if (this == GO && text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int at = 0;
        int parts = 0;
        while (at < text.length()) {
            Long unit = part.find(at) && part.start() == at ? nanos.get(part.group(3)) : null;
            boolean blank = unit != null && !(part.group(2) + part.group(4)).isEmpty();
            if (unit == null || blank && !blanks || !fractions && part.group(1).contains(".")) {
                return Optional.empty();
            }
            sum = sum.plusNanos(new BigDecimal(part.group(1))
                    .multiply(BigDecimal.valueOf(unit))
                    .longValue());
            at = part.end();
            parts++;
        }
        return parts == 0 || this == SETTING && parts > 1 ? Optional.empty() : Optional.of(sum);
    }

    /** Returns a time for people: {@code 6.5 s}. */
    static String text(Duration time) {
        if (time.compareTo(FOREVER) >= 0) {
            return "no limit";
        }
        if (time.toMillis() < 1000) {
            return time.toMillis() + " ms";
        }
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    /** Returns a whole number of seconds that is more than the time, with some to spare. */
    static long above(Duration time) {
        long seconds = time.plusMillis(999).toSeconds();
        return seconds + Math.max(2, seconds / 5);
    }

    private static Map<String, Long> systemdUnits() {
        Map<String, Long> units = new java.util.HashMap<>();
        put(units, 1_000L, "us", "usec", "µs");
        put(units, MS, "ms", "msec");
        put(units, S, "", "s", "sec", "second", "seconds");
        put(units, M, "m", "min", "minute", "minutes");
        put(units, H, "h", "hr", "hour", "hours");
        put(units, D, "d", "day", "days");
        put(units, 7 * D, "w", "week", "weeks");
        put(units, 2_629_800 * S, "M", "month", "months");
        put(units, 31_557_600 * S, "y", "year", "years");
        return Map.copyOf(units);
    }

    private static void put(Map<String, Long> units, long nanos, String... names) {
        for (String name : names) {
            units.put(name, nanos);
        }
    }
}
