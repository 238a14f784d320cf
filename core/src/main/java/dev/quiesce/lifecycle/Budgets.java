package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How long a service may take to start, and how the total time of its shutdown is carved up.
 *
 * <p>The shutdown has one total. Its end is held back for the stop stage, so that a drain that runs out never costs a
 * component its {@code stop}; linger takes at most its own share from the beginning; what lies between belongs to
 * quiescing and draining. A stage that ends early leaves its time to the next ones.
 *
 * <p>A component may have budgets of its own for starting, draining and stopping. Such a budget is the most that it gets,
 * and it is held back for it: whoever comes before may not use it up.
 *
 * @param start the most time that starting everything may take; 60 s by default
 * @param total the most time from the request to stop to the end of the process; 8 s by default, inside the 10 s after
 *     which {@code docker stop} kills
 * @param linger the most time to go on serving while unready; 0 by default
 * @param stop the time held back for the stop stage; a quarter of the total by default. A fifth of it, at most 250 ms, is
 *     kept for the report and the exit
 * @param components the budgets of single components, by stage (starting, draining, stopping) and name; none by default
 */
public record Budgets(
        Duration start,
        Duration total,
        Duration linger,
        Duration stop,
        Map<Stage, SortedMap<String, Duration>> components) {

    private static final Duration DEFAULT_START = Duration.ofSeconds(60);
    private static final Duration DEFAULT_TOTAL = Duration.ofSeconds(8);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Duration LONGEST_END = Duration.ofMillis(250);

    /**
     * Checks the budgets.
     *
     * @throws IllegalArgumentException if one of start, total and stop is not positive, linger is negative, one of them is
     *     longer than a year, linger and stop leave nothing of the total for draining, or a component's budget is not positive, exceeds that of its stage, or
     *     is for a stage that has none; the message has the figures
     */
    public Budgets {
        List<String> mistakes = new ArrayList<>();
        requirePositive("start", start, mistakes);
        requirePositive("total", total, mistakes);
        requirePositive("stop", stop, mistakes);
        for (Duration duration : List.of(start, total, linger, stop)) {
            if (duration.compareTo(LONGEST) > 0) {
                mistakes.add("a budget is " + duration.toDays() + " days, it may be " + LONGEST.toDays() + " at most");
            }
        }
        if (linger.isNegative()) {
            mistakes.add("linger is " + text(linger) + ", it must not be negative");
        }
        if (mistakes.isEmpty() && linger.plus(stop).compareTo(total) >= 0) {
            mistakes.add("linger " + text(linger) + " and stop " + text(stop) + " leave nothing of the total "
                    + text(total) + " for draining: raise the total above "
                    + text(linger.plus(stop)) + " or lower the others");
        }
        components = copy(components);
        if (mistakes.isEmpty()) {
            for (Map.Entry<Stage, SortedMap<String, Duration>> entry : components.entrySet()) {
                checkComponents(
                        entry.getKey(), entry.getValue(), most(entry.getKey(), start, total, linger, stop), mistakes);
            }
        }
        refuse(mistakes);
    }

    /** Returns the default budgets. */
    public static Budgets defaults() {
        return ofTotal(DEFAULT_TOTAL);
    }

    /**
     * Returns the default budgets for a shutdown of the given total.
     *
     * @throws IllegalArgumentException if the total is not positive, or longer than a year
     */
    public static Budgets ofTotal(Duration total) {
        return new Budgets(DEFAULT_START, total, Duration.ZERO, total.dividedBy(4), Map.of());
    }

    /**
     * Returns these budgets with another most time for the start.
     *
     * @throws IllegalArgumentException if the time is not positive, longer than a year, or shorter than the budget that a
     *     component has for its start
     */
    public Budgets withStart(Duration newStart) {
        return new Budgets(newStart, total, linger, stop, components);
    }

    /**
     * Returns these budgets with another most time to linger.
     *
     * @throws IllegalArgumentException if the time is negative, or the budgets then do not fit the total
     */
    public Budgets withLinger(Duration newLinger) {
        return new Budgets(start, total, newLinger, stop, components);
    }

    /**
     * Returns these budgets with another time held back for the stop stage.
     *
     * @throws IllegalArgumentException if the budgets then do not fit the total
     */
    public Budgets withStop(Duration newStop) {
        return new Budgets(start, total, linger, newStop, components);
    }

    /**
     * Returns these budgets with a budget for the start of one component.
     *
     * @throws IllegalArgumentException if it is not positive or longer than the start of everything may take
     */
    public Budgets withStart(String component, Duration most) {
        return with(Stage.STARTING, component, most);
    }

    /**
     * Returns these budgets with a budget for the drain of one component.
     *
     * @throws IllegalArgumentException if it is not positive or longer than {@link #drain}
     */
    public Budgets withDrain(String component, Duration most) {
        return with(Stage.DRAINING, component, most);
    }

    /**
     * Returns these budgets with a budget for the stop of one component.
     *
     * @throws IllegalArgumentException if it is not positive or does not fit into the stop stage
     */
    public Budgets withStop(String component, Duration most) {
        return with(Stage.STOPPING, component, most);
    }

    /** Returns the time that draining has if lingering takes all of its own. */
    public Duration drain() {
        return total.minus(linger).minus(stop);
    }

    /**
     * Checks the components' budgets against the graph.
     *
     * @throws IllegalArgumentException if there is a budget for a component that the graph does not have, or the budgets of
     *     components that come one after the other do not fit their stage; the message has the names and the figures
     */
    void checkAgainst(ComponentGraph graph) {
        List<String> mistakes = new ArrayList<>();
        components.forEach((stage, budgets) -> {
            TreeSet<String> unknown = new TreeSet<>(budgets.keySet());
            unknown.removeAll(graph.names());
            if (unknown.isEmpty()) {
                Shares.check(stage, order(graph, stage), budgets, most(stage), mistakes);
            } else {
                mistakes.add("there is a " + stage.word() + " budget for " + unknown + ", but only the components "
                        + graph.names());
            }
        });
        refuse(mistakes);
    }

    /** Returns the shares of the components in a stage that has budgets. */
    Shares shares(ComponentGraph graph, Stage stage) {
        return new Shares(stage, order(graph, stage), of(stage), most(stage));
    }

    /** Returns the budgets as lines of text. */
    String describe() {
        StringBuilder lines =
                new StringBuilder("Time:\n   start at most " + text(start) + "\n   stop at most " + text(total)
                        + ": linger " + text(linger) + ", drain " + text(drain()) + ", stop " + text(stop) + "\n");
        for (Map.Entry<Stage, SortedMap<String, Duration>> stage : components.entrySet()) {
            for (Map.Entry<String, Duration> budget : stage.getValue().entrySet()) {
                lines.append("   " + stage.getKey().word() + " of " + budget.getKey() + " at most "
                        + text(budget.getValue()) + "\n");
            }
        }
        return lines.toString();
    }

    /** Returns what is kept at the end of the total for the report and the exit of the process. */
    Duration end() {
        return end(stop);
    }

    private SortedMap<String, Duration> of(Stage stage) {
        return components.getOrDefault(stage, Collections.emptySortedMap());
    }

    private Duration most(Stage stage) {
        return most(stage, start, total, linger, stop);
    }

    private Budgets with(Stage stage, String component, Duration most) {
        Map<Stage, SortedMap<String, Duration>> more = new EnumMap<>(Stage.class);
        more.putAll(components);
        SortedMap<String, Duration> budgets = new TreeMap<>(of(stage));
        budgets.put(component, most);
        more.put(stage, budgets);
        return new Budgets(start, total, linger, stop, more);
    }

    private static Order order(ComponentGraph graph, Stage stage) {
        if (stage == Stage.STARTING) {
            return graph.start();
        }
        return stage == Stage.DRAINING ? graph.drain() : graph.stop();
    }

    private static Duration most(Stage stage, Duration start, Duration total, Duration linger, Duration stop) {
        if (stage == Stage.STARTING) {
            return start;
        }
        if (stage == Stage.DRAINING) {
            return total.minus(linger).minus(stop);
        }
        return stage == Stage.STOPPING ? stop.minus(end(stop)) : Duration.ZERO;
    }

    private static Duration end(Duration stop) {
        Duration fifth = stop.dividedBy(5);
        return fifth.compareTo(LONGEST_END) < 0 ? fifth : LONGEST_END;
    }

    private static void checkComponents(
            Stage stage, Map<String, Duration> budgets, Duration most, List<String> mistakes) {
        if (most.isZero()) {
            mistakes.add("components have no budgets for " + stage);
            return;
        }
        budgets.forEach((component, budget) -> {
            String subject = "the " + stage.word() + " budget of '" + component + "'";
            requirePositive(subject, budget, mistakes);
            if (budget.compareTo(most) > 0) {
                mistakes.add(subject + " is " + text(budget) + ", but the whole stage has " + text(most));
            }
        });
    }

    private static Map<Stage, SortedMap<String, Duration>> copy(Map<Stage, SortedMap<String, Duration>> components) {
        Map<Stage, SortedMap<String, Duration>> copy = new EnumMap<>(Stage.class);
        components.forEach(
                (stage, budgets) -> copy.put(stage, Collections.unmodifiableSortedMap(new TreeMap<>(budgets))));
        return Collections.unmodifiableMap(copy);
    }

    private static void requirePositive(String name, Duration duration, List<String> mistakes) {
        if (duration.isNegative() || duration.isZero()) {
            mistakes.add(name + " is " + text(duration) + ", it must be positive");
        }
    }

    private static void refuse(List<String> mistakes) {
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("The time budgets do not fit: " + String.join("; ", mistakes));
        }
    }

    private static String text(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
