package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A partial order of components: what each has to wait for. Acyclic.
 *
 * <p>Immutable.
 */
final class Order {
    private static final SortedSet<String> NOTHING = Collections.emptySortedSet();

    private final Map<String, SortedSet<String>> predecessors;
    private final Map<String, SortedSet<String>> successors;
    private final List<String> sequence;
    private final Map<String, Integer> followers;

    private Order(
            Map<String, SortedSet<String>> predecessors,
            Map<String, SortedSet<String>> successors,
            List<String> sequence) {
        this.predecessors = predecessors;
        this.successors = successors;
        this.sequence = sequence;
        this.followers = followers(sequence, successors);
    }

    /** Returns the order in which each name comes after its predecessors. All names are keys. */
    static Order of(SortedMap<String, SortedSet<String>> predecessors) {
        return ordered(new HashMap<>(predecessors), turned(predecessors));
    }

    /** Returns the order in which nothing waits for anything. The names are sorted. */
    static Order none(Set<String> names) {
        Map<String, SortedSet<String>> nothing = new HashMap<>();
        for (String name : names) {
            nothing.put(name, NOTHING);
        }
        return new Order(nothing, nothing, List.copyOf(names));
    }

    private static Order ordered(
            Map<String, SortedSet<String>> predecessors, Map<String, SortedSet<String>> successors) {
        return new Order(predecessors, successors, sequence(predecessors, successors));
    }

    Order reversed() {
        return ordered(successors, predecessors);
    }

    SortedSet<String> names() {
        return new TreeSet<>(predecessors.keySet());
    }

    SortedSet<String> predecessors(String name) {
        return requireNonNull(predecessors.get(name));
    }

    SortedSet<String> successors(String name) {
        return requireNonNull(successors.get(name));
    }

    /** Returns all names, each after its predecessors, and by name where that leaves a choice. */
    List<String> sequence() {
        return sequence;
    }

    /** Returns how many names the longest chain has of those that come after the given one. */
    int followers(String name) {
        return requireNonNull(followers.get(name));
    }

    /** Returns a numbered line for each step with what it waits for. */
    String describe() {
        StringBuilder text = new StringBuilder();
        int number = 1;
        for (String name : sequence) {
            text.append(String.format("%4d. %s", number++, name));
            if (!predecessors(name).isEmpty()) {
                text.append(" (after ")
                        .append(String.join(", ", predecessors(name)))
                        .append(')');
            }
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Returns a cycle as a path such as {@code a → b → a}, or null if there is none. All names are keys.
     *
     * <p>Whatever no sequence can take in waits for something of its kind, so that a walk from one to the next comes back.
     */
    static @Nullable String cycle(SortedMap<String, SortedSet<String>> predecessors) {
        SortedSet<String> left = new TreeSet<>(predecessors.keySet());
        sequence(predecessors, turned(predecessors)).forEach(left::remove);
        if (left.isEmpty()) {
            return null;
        }
        List<String> path = new ArrayList<>();
        String name = left.first();
        while (!path.contains(name)) {
            path.add(name);
            SortedSet<String> next = new TreeSet<>(requireNonNull(predecessors.get(name)));
            next.retainAll(left);
            name = next.first();
        }
        path.add(name);
        return String.join(" → ", path.subList(path.indexOf(name), path.size()));
    }

    private static Map<String, SortedSet<String>> turned(Map<String, SortedSet<String>> edges) {
        Map<String, SortedSet<String>> turned = new HashMap<>();
        for (String name : edges.keySet()) {
            turned.put(name, new TreeSet<>());
        }
        edges.forEach((name, others) -> {
            for (String other : others) {
                requireNonNull(turned.get(other)).add(name);
            }
        });
        return turned;
    }

    private static List<String> sequence(
            Map<String, SortedSet<String>> predecessors, Map<String, SortedSet<String>> successors) {
        Map<String, Integer> waitingFor = new HashMap<>();
        PriorityQueue<String> free = new PriorityQueue<>();
        predecessors.forEach((name, before) -> {
            waitingFor.put(name, before.size());
            if (before.isEmpty()) {
                free.add(name);
            }
        });
        List<String> sequence = new ArrayList<>();
        while (!free.isEmpty()) {
            String name = free.remove();
            sequence.add(name);
            for (String next : requireNonNull(successors.get(name))) {
                if (waitingFor.merge(next, -1, Integer::sum) == 0) {
                    free.add(next);
                }
            }
        }
        return List.copyOf(sequence);
    }

    private static Map<String, Integer> followers(List<String> sequence, Map<String, SortedSet<String>> successors) {
        Map<String, Integer> followers = new HashMap<>();
        for (int i = sequence.size() - 1; i >= 0; i--) {
            int longest = 0;
            for (String next : requireNonNull(successors.get(sequence.get(i)))) {
                longest = Math.max(longest, 1 + requireNonNull(followers.get(next)));
            }
            followers.put(sequence.get(i), longest);
        }
        return followers;
    }
}
