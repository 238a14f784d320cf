package dev.quiesce.lifecycle;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
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

    /** Reads what systemd.time(7) and ISO 8601 have in common, which only needs the same letters. */
    private static Duration parse(String text) {
        try {
            Duration span = text.endsWith("ms")
                    ? Duration.ofMillis(
                            Long.parseLong(text.substring(0, text.length() - 2).strip()))
                    : Duration.parse(iso(text));
            if (!span.isNegative()) {
                return span;
            }
        } catch (DateTimeParseException | NumberFormatException e) {
            // Refused below, like what is negative.
        }
        throw new IllegalArgumentException(
                VARIABLE + " is '" + text
                        + "', which is no span of time: write it as 30s, 1min 30s, 500ms or PT30S; a number alone is in seconds");
    }

    private static String iso(String text) {
        if (text.startsWith("P")) {
            return text;
        }
        String letters = text.replace(" ", "").replace("min", "m").replace("sec", "s");
        return "PT" + letters + (Character.isDigit(letters.charAt(letters.length() - 1)) ? "s" : "");
    }
}
