package dev.quiesce.ops.stats;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes, as Docker reads and writes them. Safe for use by many threads. */
public final class Size {
    /** One KiB in bytes. */
    public static final long KIB = 1024;
    /** One MiB in bytes. */
    public static final long MIB = 1024 * KIB;
    /** One GiB in bytes. */
    public static final long GIB = 1024 * MIB;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,19})?) ?([a-z]*)");
    private static final Map<Character, Integer> POWERS = Map.of('k', 1, 'm', 2, 'g', 3, 't', 4, 'p', 5);

    private Size() {}

    /**
     * Reads what options such as {@code --memory} take: {@code 500m}, {@code 512MiB}, {@code 0.5g}. All units are powers of
     * 1024, and a number alone is bytes.
     *
     * @throws IllegalArgumentException if it is no size, naming it
     */
    public static long ofOption(String text) {
        return parse(text, true);
    }

    /**
     * Reads what {@code docker stats} prints: {@code 50.15MiB} in powers of 1024, {@code 1.79GB} in powers of 1000.
     *
     * @throws IllegalArgumentException if it is no size, naming it
     */
    public static long ofStats(String text) {
        return parse(text, false);
    }

    private static long parse(String text, boolean alwaysBinary) {
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw noSize(text);
        }
        BigDecimal value = new BigDecimal(matcher.group(1)).multiply(unit(text, matcher.group(2), alwaysBinary));
        if (value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw noSize(text);
        }
        return value.setScale(0, RoundingMode.DOWN).longValueExact();
    }

    private static BigDecimal unit(String text, String unit, boolean alwaysBinary) {
        if (unit.isEmpty() || unit.equals("b")) {
            return BigDecimal.ONE;
        }
        Integer power = POWERS.get(unit.charAt(0));
        String rest = unit.substring(1);
        boolean binary = rest.equals("ib") || alwaysBinary;
        if (power == null || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib"))) {
            throw noSize(text);
        }
        return BigDecimal.valueOf(binary ? 1024 : 1000).pow(power);
    }

    private static IllegalArgumentException noSize(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is no size; give a number and a unit, such as 500m, 512MiB or 2g");
    }

    /** Writes a size for an option of Docker, exactly: {@code 224m}, or {@code 1536k}, or bytes without a unit. */
    public static String option(long bytes) {
        if (bytes > 0 && bytes % MIB == 0) {
            return bytes / MIB + "m";
        }
        return bytes > 0 && bytes % KIB == 0 ? bytes / KIB + "k" : Long.toString(bytes);
    }

    /** Writes a size for people, in MiB with at most two decimals: {@code 224 MiB}, {@code 56.29 MiB}. */
    public static String text(long bytes) {
        BigDecimal mib = BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(MIB), 2, RoundingMode.HALF_UP);
        return (mib.signum() == 0 ? BigDecimal.ZERO : mib.stripTrailingZeros()).toPlainString() + " MiB";
    }
}
