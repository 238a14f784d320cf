package dev.quiesce.ops.burst;

import dev.quiesce.ops.host.Credit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The credit of a host over time: what it earns, who spends it, and when there was none. Not thread-safe. */
final class Account {
    /**
     * The credit at one moment.
     *
     * @param second since the beginning
     * @param credit CPU seconds
     * @param load CPUs in use from here on
     */
    record Point(double second, double credit, double load) {}

    /**
     * A time of which nothing is known.
     *
     * @param second since the beginning
     * @param seconds how long it is
     */
    record Gap(double second, double seconds) {
        boolean contains(double moment) {
            return moment > second && moment < second + seconds;
        }
    }

    private static final double NEVER = -1;

    private final Credit credit;
    private final List<Point> points = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final Map<String, Double> spent = new LinkedHashMap<>();
    private double balance;
    private double second;
    private double emptySeconds;
    private double firstEmpty = NEVER;

    /**
     * Makes one.
     *
     * @param start CPU seconds at the beginning
     */
    Account(Credit credit, double start) {
        this.credit = credit;
        this.balance = start;
    }

    /**
     * Books an interval. What is used beyond the baseline is booked on those who use CPU, by how much each uses. The credit is
     * taken for the same after a silence as before.
     */
    void book(Interval interval) {
        double load = interval.load();
        double excess = load - credit.baseline();
        points.add(new Point(second, balance, load));
        if (excess > 0) {
            double paid = Math.min(balance, excess * interval.seconds());
            interval.loads().forEach((name, cpus) -> spent.merge(name, paid * cpus / load, Double::sum));
            double lasts = balance / excess;
            if (lasts < interval.seconds()) {
                empty(second + lasts, interval.seconds() - lasts, load);
            }
            balance -= paid;
        } else {
            double full = excess < 0 ? (credit.cap() - balance) / -excess : Double.POSITIVE_INFINITY;
            if (full > 0 && full < interval.seconds()) {
                points.add(new Point(second + full, credit.cap(), load));
            }
            balance = Math.min(credit.cap(), balance - excess * interval.seconds());
        }
        second += interval.seconds();
        if (interval.silence() > 0) {
            gaps.add(new Gap(second, interval.silence()));
            points.add(new Point(second, balance, 0));
            second += interval.silence();
        }
    }

    private void empty(double from, double seconds, double load) {
        if (firstEmpty == NEVER) {
            firstEmpty = from;
        }
        emptySeconds += seconds;
        points.add(new Point(from, 0, load));
    }

    /** Returns all points, the present one at the end. */
    List<Point> points() {
        List<Point> all = new ArrayList<>(points);
        all.add(new Point(
                second,
                balance,
                points.isEmpty() ? 0 : points.get(points.size() - 1).load()));
        return all;
    }

    /** Returns the CPU seconds beyond the baseline that each container has spent. */
    Map<String, Double> spent() {
        return Map.copyOf(spent);
    }

    /** Returns the times of which nothing is known. */
    List<Gap> gaps() {
        return List.copyOf(gaps);
    }

    double balance() {
        return balance;
    }

    double second() {
        return second;
    }

    double emptySeconds() {
        return emptySeconds;
    }

    /** Returns when it was empty for the first time, or less than 0. */
    double firstEmpty() {
        return firstEmpty;
    }
}
