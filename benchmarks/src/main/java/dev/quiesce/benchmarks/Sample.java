package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Measurements of the same thing. Not safe for use by several threads. */
final class Sample {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    /** Returns the one in the middle; of an even number, the mean of the two there. */
    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int upper = sorted.size() / 2;
        int lower = (sorted.size() - 1) / 2;
        return (sorted.get(lower) + sorted.get(upper)) / 2;
    }

    double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double worst() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
