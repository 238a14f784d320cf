package dev.quiesce.ops.burst;

import dev.quiesce.ops.host.Credit;
import dev.quiesce.ops.stats.Sample;
import dev.quiesce.ops.stats.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has become of the credit, and what will.
 *
 * @param credit how the host accounts CPU
 * @param from when the samples begin, or null if they have no times
 * @param past the account over the samples; of samples without times it is as at the beginning
 * @param loads the average load, by container, which is taken to go on
 * @param peak CPUs in use at most
 * @param empty how long the credit lasts after the last sample; nothing if for ever
 */
record Forecast(
        Credit credit,
        @Nullable Instant from,
        Account past,
        Map<String, Double> loads,
        double peak,
        Optional<Duration> empty) {

    /**
     * Looks ahead.
     *
     * @param start CPU seconds of credit before the first sample
     */
    static Forecast of(Credit credit, double start, List<Sample> samples) {
        TreeMap<Instant, Map<String, Double>> history = Interval.history(samples);
        List<Interval> intervals = Interval.between(history);
        Account account = new Account(credit, start);
        Map<String, Double> loads;
        double peak;
        if (intervals.isEmpty()) {
            loads = new LinkedHashMap<>();
            Usage.of(samples).forEach(usage -> loads.put(usage.container(), usage.cpus()));
            peak = Usage.of(samples).stream().mapToDouble(Usage::cpusPeak).sum();
        } else {
            intervals.forEach(account::book);
            loads = Interval.average(intervals);
            peak = intervals.stream().mapToDouble(Interval::load).max().orElse(0);
        }
        double load = loads.values().stream().mapToDouble(Double::doubleValue).sum();
        return new Forecast(
                credit,
                intervals.isEmpty() ? null : history.firstKey(),
                account,
                loads,
                peak,
                credit.lasts(account.balance(), load));
    }

    double load() {
        return loads.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Returns whether the samples have times, so that there is a past. */
    boolean hasPast() {
        return from != null;
    }

    /** Returns the moment so many seconds after the first sample, or null if the samples have no times. */
    @Nullable
    Instant at(double second) {
        return from == null ? null : from.plusMillis(Math.round(second * 1000));
    }

    /** Returns the points from now on, at the average load: until the credit is empty or full, at least an hour. */
    List<Account.Point> future() {
        double now = past.second();
        double change = credit.baseline() - load();
        double until = empty.map(span -> (double) span.toSeconds())
                .orElse(change > 1e-9 ? (credit.cap() - past.balance()) / change : 0.0);
        double shown = Math.max(until, Duration.ofHours(1).toSeconds());
        List<Account.Point> points = new ArrayList<>();
        points.add(new Account.Point(now, past.balance(), load()));
        points.add(new Account.Point(now + until, past.balance() + change * until, load()));
        double end = empty.isPresent() ? 0 : past.balance() + change * until;
        points.add(new Account.Point(now + shown, end, load()));
        return points;
    }
}
