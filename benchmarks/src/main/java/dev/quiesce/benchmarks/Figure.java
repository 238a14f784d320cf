package dev.quiesce.benchmarks;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One line of the result.
 *
 * @param part the part that it belongs to
 * @param what what was measured
 * @param value the figure
 * @param unit its unit
 * @param atLeast whether the bound is the least that it may be; otherwise it is the most
 * @param bound the bound, if there is one
 */
public record Figure(String part, String what, double value, String unit, boolean atLeast, OptionalDouble bound) {

    /** Returns a figure without a bound. */
    public static Figure of(String part, String what, double value, String unit) {
        return new Figure(part, what, value, unit, false, OptionalDouble.empty());
    }

    /** Returns this figure with the most that it may be as its bound, in place of the one that it has. */
    public Figure atMost(double most) {
        return new Figure(part, what, value, unit, false, OptionalDouble.of(most));
    }

    /** Returns this figure with the least that it may be as its bound, in place of the one that it has. */
    public Figure atLeast(double least) {
        return new Figure(part, what, value, unit, true, OptionalDouble.of(least));
    }

    /** Returns this figure without its bound if it is a time, which depends on what else the machine does. */
    Figure withoutBoundOfTime() {
        return unit.equals("ms") || unit.equals("s") ? of(part, what, value, unit) : this;
    }

    boolean isWithinBound() {
        return bound.isEmpty() || (atLeast ? value >= bound.getAsDouble() : value <= bound.getAsDouble());
    }

    String valueText() {
        return text(value);
    }

    String boundText() {
        return bound.isEmpty() ? "" : (atLeast ? "≥ " : "≤ ") + text(bound.getAsDouble());
    }

    String verdict() {
        return bound.isEmpty() ? "" : isWithinBound() ? "ok" : "MISSED";
    }

    private String text(double number) {
        return String.format(Locale.ROOT, "%.2f %s", number, unit).strip();
    }
}
