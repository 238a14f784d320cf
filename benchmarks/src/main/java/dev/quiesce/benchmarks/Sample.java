package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Measurements of the same thing. Not safe for use by several threads. */
public final class Sample {
    private final List<Double> values = new ArrayList<>();

    /** Adds one. */
    public void add(double value) {
        values.add(value);
    }

    /**
     * Returns the one in the middle; of an even number, the mean of the two there.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int upper = sorted.size() / 2;
        int lower = (sorted.size() - 1) / 2;
        return (sorted.get(lower) + sorted.get(upper)) / 2;
    }

    /**
     * Returns the lowest.
     *
     * @throws java.util.NoSuchElementException if there is none
     */
    public double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /**
     * Returns the highest.
     *
     * @throws java.util.NoSuchElementException if there is none
     */
    public double worst() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
