package dev.quiesce.web.config;

import dev.quiesce.realtime.OriginPolicy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the values of a setting are.
 *
 * <p>Plain classes without lambdas, streams or patterns: these would double the time that reading the configuration
 * takes from a cold start.
 */
sealed interface ValueType<T> {

    /** Returns what stands for a value in the help, {@code PORT}. */
    String label();

    /** Returns what completes "expected ..." when a text is none of this type. */
    String expected();

    /** Returns the value that the text stands for, or nothing if it stands for none. */
    Optional<T> parse(String text);

    /** Returns what of a refused text may be shown. */
    default String echo(String text) {
        return text;
    }

    /** A whole number between two others. */
    record Whole(String label, String what, int least, int most) implements ValueType<Integer> {
        @Override
        public String expected() {
            return what + " from " + least + " to " + most;
        }

        @Override
        public Optional<Integer> parse(String text) {
            try {
                int number = Integer.parseInt(text);
                return number >= least && number <= most ? Optional.of(number) : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    /** A time between two others. */
    record Time(Duration least, Duration most) implements ValueType<Duration> {
        @Override
        public String label() {
            return "TIME";
        }

        @Override
        public String expected() {
            return "a time from " + text(least) + " to " + text(most)
                    + " with its unit (ms, s, m or h), such as 1500ms or 8s";
        }

        @Override
        public Optional<Duration> parse(String text) {
            int digits = 0;
            while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
                digits++;
            }
            ChronoUnit unit = switch (text.substring(digits)) {
                case "ms" -> ChronoUnit.MILLIS;
                case "s" -> ChronoUnit.SECONDS;
                case "m" -> ChronoUnit.MINUTES;
                case "h" -> ChronoUnit.HOURS;
                default -> null;
            };
            if (unit == null || digits < 1 || digits > 9) {
                return Optional.empty();
            }
            Duration time = Duration.of(Long.parseLong(text.substring(0, digits)), unit);
            return time.compareTo(least) >= 0 && time.compareTo(most) <= 0 ? Optional.of(time) : Optional.empty();
        }

        private static String text(Duration time) {
            if (time.toMillisPart() > 0) {
                return time.toMillis() + "ms";
            }
            if (time.toSecondsPart() > 0 || time.isZero()) {
                return time.toSeconds() + "s";
            }
            return time.toMinutesPart() > 0 ? time.toMinutes() + "m" : time.toHours() + "h";
        }
    }

    /** One of some values, written in lower case. */
    record Choice<T>(List<T> values) implements ValueType<T> {
        @Override
        public String label() {
            return joined("|");
        }

        @Override
        public String expected() {
            return joined(" or ");
        }

        @Override
        public Optional<T> parse(String text) {
            for (T value : values) {
                if (lowerCase(value).equals(text)) {
                    return Optional.of(value);
                }
            }
            return Optional.empty();
        }

        private String joined(String separator) {
            return String.join(separator, values.stream().map(Choice::lowerCase).toList());
        }

        private static String lowerCase(Object value) {
            return value.toString().toLowerCase(Locale.ROOT);
        }
    }

    /** A host name or an IP address, not looked up. */
    record Host() implements ValueType<String> {
        @Override
        public String label() {
            return "HOST";
        }

        @Override
        public String expected() {
            return "a host name or an IP address";
        }

        @Override
        public Optional<String> parse(String text) {
            if (text.isEmpty() || text.length() > 253 || text.startsWith("-")) {
                return Optional.empty();
            }
            boolean address = text.indexOf(':') != text.lastIndexOf(':');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                boolean fits =
                        c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._".indexOf(c) >= 0;
                if (!fits && !(address && (c == ':' || c == '%'))) {
                    return Optional.empty();
                }
            }
            return Optional.of(text);
        }
    }

    /** A text that is not blank. */
    record Text() implements ValueType<String> {
        @Override
        public String label() {
            return "TEXT";
        }

        @Override
        public String expected() {
            return "a text that is not empty";
        }

        @Override
        public Optional<String> parse(String text) {
            return text.isBlank() ? Optional.empty() : Optional.of(text);
        }
    }

    /** A text that is never shown. */
    record Hidden() implements ValueType<Secret> {
        @Override
        public String label() {
            return "TEXT";
        }

        @Override
        public String expected() {
            return "a text";
        }

        @Override
        public Optional<Secret> parse(String text) {
            return Optional.of(new Secret(text));
        }

        @Override
        public String echo(String text) {
            return Secret.MASK;
        }
    }

    /** The path of a file or a folder. */
    record FilePath() implements ValueType<Path> {
        @Override
        public String label() {
            return "PATH";
        }

        @Override
        public String expected() {
            return "a path";
        }

        @Override
        public Optional<Path> parse(String text) {
            try {
                return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
    }

    /** The permissions of a file, as three octal digits. */
    record Mode() implements ValueType<Set<PosixFilePermission>> {
        private static final String LETTERS = "rwx";

        @Override
        public String label() {
            return "MODE";
        }

        @Override
        public String expected() {
            return "three octal digits, such as 660";
        }

        @Override
        public Optional<Set<PosixFilePermission>> parse(String text) {
            if (text.length() != LETTERS.length()) {
                return Optional.empty();
            }
            StringBuilder letters = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                int digit = Character.digit(text.charAt(i), 8);
                if (digit < 0) {
                    return Optional.empty();
                }
                for (int bit = 0; bit < LETTERS.length(); bit++) {
                    letters.append((digit << bit & 4) == 0 ? '-' : LETTERS.charAt(bit));
                }
            }
            return Optional.of(PosixFilePermissions.fromString(letters.toString()));
        }
    }

    /** Origins of pages, separated by commas. */
    record Origins() implements ValueType<Set<String>> {
        @Override
        public String label() {
            return "ORIGINS";
        }

        @Override
        public String expected() {
            return "origins such as https://board.example,https://other.example:8443, or *";
        }

        @Override
        public Optional<Set<String>> parse(String text) {
            Set<String> origins = new LinkedHashSet<>();
            for (String part : text.split(",", -1)) {
                String origin = part.strip();
                if (!OriginPolicy.isOrigin(origin)) {
                    return Optional.empty();
                }
                origins.add(origin);
            }
            return Optional.of(origins);
        }
    }

    /** A JDBC URL of MariaDB that bears no secret. */
    record JdbcUrl() implements ValueType<String> {
        private static final String SCHEME = "jdbc:mariadb://";

        @Override
        public String label() {
            return "URL";
        }

        @Override
        public String expected() {
            return "a URL such as jdbc:mariadb://localhost:3306/main,"
                    + " without user and password (they have settings of their own)";
        }

        @Override
        public Optional<String> parse(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            boolean bearsSecret = text.indexOf('@') >= 0
                    || lower.contains("password")
                    || lower.contains("pwd")
                    || lower.contains("?user=")
                    || lower.contains("&user=");
            return text.startsWith(SCHEME) && text.length() > SCHEME.length() && !bearsSecret
                    ? Optional.of(text)
                    : Optional.empty();
        }

        /** Anything but the beginning may be, or follow, a secret. */
        @Override
        public String echo(String text) {
            int scheme = text.indexOf("://");
            String rest = scheme < 0 ? text : text.substring(scheme + 3);
            boolean plain = rest.indexOf('@') < 0 && rest.indexOf('?') < 0 && rest.indexOf(';') < 0;
            return plain ? text : (scheme < 0 ? "" : text.substring(0, scheme + 3)) + Secret.MASK;
        }
    }
}
