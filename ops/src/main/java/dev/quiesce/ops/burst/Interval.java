package dev.quiesce.ops.burst;

import dev.quiesce.ops.stats.Sample;
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
 */
record Interval(double seconds, Map<String, Double> loads) {
    double load() {
        return loads.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Returns the intervals between samples: each holds until the next, and the last has no length. */
    static List<Interval> between(TreeMap<Instant, Map<String, Double>> history) {
        List<Interval> intervals = new ArrayList<>();
        history.forEach((at, loads) -> {
            Instant next = history.higherKey(at);
            if (next != null) {
                intervals.add(new Interval(Duration.between(at, next).toMillis() / 1000.0, loads));
            }
        });
        return intervals;
    }

    /** Groups samples that have a time by it. */
    static TreeMap<Instant, Map<String, Double>> history(List<Sample> samples) {
        TreeMap<Instant, Map<String, Double>> history = new TreeMap<>();
        for (Sample sample : samples) {
            Instant at = sample.at();
            if (at != null) {
                history.computeIfAbsent(at, time -> new LinkedHashMap<>())
                        .merge(sample.container(), sample.cpus(), Double::sum);
            }
        }
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
