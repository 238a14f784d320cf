package dev.quiesce.ops.burst;

import dev.quiesce.ops.stats.Sample;
import dev.quiesce.ops.stats.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A time in which the load was the same.
 *
 * @param seconds how long
 * @param loads CPUs in use, by container
 * @param silence seconds after it of which nothing is known
 */
record Interval(double seconds, Map<String, Double> loads, double silence) {
    private static final double LEAST_HOLD = Duration.ofMinutes(1).toSeconds();
    private static final double LONGEST_HOLD = Duration.ofHours(2).toSeconds();

    Interval(double seconds, Map<String, Double> loads) {
        this(seconds, loads, 0);
    }

    double load() {
        return loads.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /**
     * Returns the intervals between samples: each holds until the next, but no longer than {@link #hold}, and the last has no
     * length.
     */
    static List<Interval> between(TreeMap<Instant, Map<String, Double>> history) {
        double hold = hold(history);
        List<Interval> intervals = new ArrayList<>();
        history.forEach((at, loads) -> {
            Instant next = history.higherKey(at);
            if (next != null) {
                double distance = seconds(at, next);
                double held = Math.min(distance, hold);
                intervals.add(new Interval(held, loads, distance - held));
            }
        });
        return intervals;
    }

    /** Returns how long a sample says something: twice the usual distance, within bounds that make sense of any. */
    private static double hold(TreeMap<Instant, Map<String, Double>> history) {
        List<Double> distances = new ArrayList<>();
        for (Instant at : history.keySet()) {
            Instant next = history.higherKey(at);
            if (next != null) {
                distances.add(seconds(at, next));
            }
        }
        distances.sort(null);
        double usual = distances.isEmpty() ? 0 : distances.get((distances.size() - 1) / 2);
        return Math.min(LONGEST_HOLD, Math.max(LEAST_HOLD, 2 * usual));
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }

    /** Groups samples that have a time by it. Several of one container at one time are its average, as anywhere. */
    static TreeMap<Instant, Map<String, Double>> history(List<Sample> samples) {
        TreeMap<Instant, List<Sample>> byTime = new TreeMap<>();
        for (Sample sample : samples) {
            Instant at = sample.at();
            if (at != null) {
                byTime.computeIfAbsent(at, time -> new ArrayList<>()).add(sample);
            }
        }
        TreeMap<Instant, Map<String, Double>> history = new TreeMap<>();
        byTime.forEach((at, together) -> {
            Map<String, Double> loads = new LinkedHashMap<>();
            Usage.of(together).forEach(usage -> loads.put(usage.container(), usage.cpus()));
            history.put(at, loads);
        });
        return history;
    }

    /** Returns the average load over all intervals, by container; one that is not in an interval does nothing in it. */
    static Map<String, Double> average(List<Interval> intervals) {
        double seconds = intervals.stream().mapToDouble(Interval::seconds).sum();
        Map<String, Double> average = new LinkedHashMap<>();
        intervals.forEach(interval -> interval.loads()
                .forEach((name, load) -> average.merge(name, load * interval.seconds() / seconds, Double::sum)));
        return average;
    }
}
