package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/**
 * How the time of a stage is shared out among steps that come one after the other.
 *
 * <p>Each step has a weight: its component's own budget, or else what is left over for it. In the stop stage the time left
 * is divided in proportion to the weights of a step and of those that may follow it, so that one that hangs costs no more
 * than its share. In the other stages a step may take everything that those that may follow it do not need; there, what is
 * held back for a step without a budget is a token, and for all of them a tenth. Time that was not used is shared out again at each step.
 *
 * <p>Immutable.
 */
final class Shares {
    private static final long TOKEN = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long SHORTEST_LEFT_OVER = TimeUnit.MILLISECONDS.toNanos(1);

    private final Map<String, Duration> budgets;
    private final boolean fair;
    private final Weights weights;

    /**
     * Shares out a stage.
     *
     * @param stage the stage, one that has budgets
     * @param order the order of its steps
     * @param budgets the components' own budgets
     * @param most the time of the stage
     */
    Shares(Stage stage, Order order, Map<String, Duration> budgets, Duration most) {
        this.budgets = budgets;
        this.fair = stage == Stage.STOPPING;
        long leftOver = leftOver(order, budgets, most.toNanos());
        this.weights = Weights.of(order, budgets, fair ? leftOver : Math.min(TOKEN, leftOver / 10));
    }

    /** Returns by when the step of a component has to end that begins now, in a stage that ends at the given point. */
    long end(String component, long now, long stageEnd) {
        long end = stageEnd - weights.following(component);
        if (fair) {
            double own = weights.own(component);
            end = now + (long) (Math.max(0, stageEnd - now) * (own / (own + weights.following(component))));
        }
        Duration budget = budgets.get(component);
        if (budget != null && now + budget.toNanos() - end < 0) {
            return now + budget.toNanos();
        }
        return end;
    }

    /** Returns the most nanoseconds that are held back for steps that come one after the other. */
    long heldBack() {
        return weights.longest();
    }

    /** Adds a mistake for budgets that do not fit one after the other. All of them are of components in the order. */
    static void check(Stage stage, Order order, Map<String, Duration> budgets, Duration most, List<String> mistakes) {
        Weights least = Weights.of(order, budgets, 0);
        StringJoiner wish = new StringJoiner(" → ");
        for (String name : least.longestPath()) {
            Duration budget = budgets.get(name);
            if (budget != null) {
                wish.add("'" + name + "' " + budget.toMillis() + " ms");
            }
        }
        String has = ", but the " + stage.word() + " stage has " + most.toMillis() + " ms";
        if (least.longest() > most.toNanos()) {
            mistakes.add("one after the other, " + wish + " take " + TimeUnit.NANOSECONDS.toMillis(least.longest())
                    + " ms" + has);
        } else if (leftOver(order, budgets, most.toNanos()) < SHORTEST_LEFT_OVER) {
            mistakes.add("one after the other, " + wish + " leave nothing to components without a budget" + has);
        }
    }

    /** Returns the most nanoseconds that every step without a budget can have so that all fit one after the other. */
    private static long leftOver(Order order, Map<String, Duration> budgets, long most) {
        if (budgets.isEmpty()) {
            return most / Math.max(1, Weights.of(order, budgets, 1).longest());
        }
        long fits = 0;
        long tooMuch = most + 1;
        while (tooMuch - fits > 1) {
            long middle = (fits + tooMuch) >>> 1;
            if (Weights.of(order, budgets, middle).longest() <= most) {
                fits = middle;
            } else {
                tooMuch = middle;
            }
        }
        return fits;
    }

    /** Of each step its weight, and that of the heaviest chain of steps that may follow it. */
    private static final class Weights {
        private final Order order;
        private final Map<String, Long> ownByName;
        private final Map<String, Long> followingByName;

        private Weights(Order order, Map<String, Long> ownByName, Map<String, Long> followingByName) {
            this.order = order;
            this.ownByName = ownByName;
            this.followingByName = followingByName;
        }

        static Weights of(Order order, Map<String, Duration> budgets, long others) {
            Map<String, Long> own = new HashMap<>();
            Map<String, Long> following = new HashMap<>();
            List<String> sequence = order.sequence();
            for (int i = sequence.size() - 1; i >= 0; i--) {
                String name = sequence.get(i);
                Duration budget = budgets.get(name);
                own.put(name, budget == null ? others : budget.toNanos());
                long heaviest = 0;
                for (String next : order.successors(name)) {
                    heaviest = Math.max(heaviest, requireNonNull(own.get(next)) + requireNonNull(following.get(next)));
                }
                following.put(name, heaviest);
            }
            return new Weights(order, own, following);
        }

        long own(String name) {
            return requireNonNull(ownByName.get(name));
        }

        long following(String name) {
            return requireNonNull(followingByName.get(name));
        }

        long longest() {
            long longest = 0;
            for (String name : ownByName.keySet()) {
                longest = Math.max(longest, own(name) + following(name));
            }
            return longest;
        }

        /** Returns the heaviest chain; of several, the one whose names come first. */
        List<String> longestPath() {
            List<String> path = new ArrayList<>();
            long rest = longest();
            for (String name : order.sequence()) {
                boolean follows = path.isEmpty() || order.predecessors(name).contains(path.get(path.size() - 1));
                if (follows && own(name) + following(name) == rest) {
                    path.add(name);
                    rest -= own(name);
                }
            }
            return path;
        }
    }
}
