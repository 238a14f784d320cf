package dev.quiesce.lifecycle;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long the platform waits after SIGTERM before it kills.
 *
 * <p>No platform tells a process: {@code QUIESCE_PLATFORM_GRACE} does, if the operator sets it next to the platform's own
 * setting. Otherwise the default of the platform is assumed, if it can be recognised.
 *
 * @param time how long it waits
 * @param source where that is known from
 * @param known whether it is known, and not only assumed
 */
record PlatformGrace(Duration time, String source, boolean known) {
    static final String VARIABLE = "QUIESCE_PLATFORM_GRACE";

    /** Kubernetes' default of terminationGracePeriodSeconds, see its reference of PodSpec. */
    private static final Duration KUBERNETES = Duration.ofSeconds(30);

    /** The default of DefaultTimeoutStopSec, see systemd-system.conf(5). */
    private static final Duration SYSTEMD = Duration.ofSeconds(90);

    private static final Pattern SPAN = Pattern.compile("(\\d+)\\s*(ms|sec|s|min|m|h)?\\s*");

    /**
     * Returns the grace; null if the environment does not tell.
     *
     * @throws IllegalArgumentException if the variable is set to something that is no span of time
     */
    static @Nullable PlatformGrace in(Map<String, String> environment) {
        String set = environment.get(VARIABLE);
        if (set != null && !set.isBlank()) {
            return new PlatformGrace(parse(set.strip()), VARIABLE, true);
        }
        if (environment.containsKey("KUBERNETES_SERVICE_HOST")) {
            return new PlatformGrace(KUBERNETES, "Kubernetes' default", false);
        }
        // With NOTIFY_SOCKET systemd is told how long the stop may take, and waits for it.
        if (environment.containsKey("INVOCATION_ID") && !environment.containsKey(SystemdNotifier.SOCKET)) {
            return new PlatformGrace(SYSTEMD, "systemd's default", false);
        }
        return null;
    }

    /** Returns whether a shutdown of the given total ends before the platform kills. */
    boolean fits(Duration total) {
        return total.compareTo(time) < 0;
    }

    /** Returns what to say if it does not. */
    String mismatch(Duration total) {
        String advice = known
                ? "raise the platform's grace period and " + VARIABLE + " with it, or lower the total"
                : "set " + VARIABLE + " to the grace period that is configured, for example 60s";
        return "The shutdown may take " + total.toMillis() + " ms, but the platform kills after " + time.toMillis()
                + " ms (" + source + "): " + advice;
    }

    private static Duration parse(String text) {
        try {
            return text.startsWith("P") ? Duration.parse(text) : parseSpans(text);
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
            throw malformed(text);
        }
    }

    private static Duration parseSpans(String text) {
        Duration sum = Duration.ZERO;
        Matcher span = SPAN.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!span.find() || span.start() != end) {
                throw malformed(text);
            }
            long number = Long.parseLong(span.group(1));
            sum = sum.plus(
                    switch (span.group(2) == null ? "s" : span.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "m", "min" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofSeconds(number);
                    });
            end = span.end();
        }
        return sum;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                VARIABLE + " is '" + text
                        + "', which is no span of time: write it as 30s, 1min 30s, 500ms or PT30S; a number alone is in seconds");
    }
}
