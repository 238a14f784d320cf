package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Lays a preferred sequence over the order in which components stop. */
final class PreferredOrder {
    private PreferredOrder() {}

    /**
     * Returns the order, dependents first, with whatever of the sequence does not contradict it.
     *
     * @param yielded where a sentence is added for each pair that the sequence has the other way round
     */
    static Order of(Order dependentsFirst, @Nullable StopSequence preferred, List<String> yielded) {
        if (preferred == null) {
            return dependentsFirst;
        }
        SortedMap<String, SortedSet<String>> predecessors = new TreeMap<>();
        SortedMap<String, SortedSet<String>> successors = new TreeMap<>();
        for (String name : dependentsFirst.names()) {
            predecessors.put(name, new TreeSet<>(dependentsFirst.predecessors(name)));
            successors.put(name, new TreeSet<>(dependentsFirst.successors(name)));
        }
        List<List<String>> steps = preferred.steps();
        for (int i = 0; i < steps.size(); i++) {
            List<String> laterOnes = new ArrayList<>();
            steps.subList(i + 1, steps.size()).forEach(laterOnes::addAll);
            for (String later : laterOnes) {
                for (String earlier : steps.get(i)) {
                    List<String> opposed = path(successors, later, earlier);
                    if (!opposed.isEmpty()) {
                        yielded.add("The preferred stop order '" + earlier + "' before '" + later + "' yields to "
                                + String.join(" → ", opposed));
                    } else {
                        requireNonNull(successors.get(earlier)).add(later);
                        requireNonNull(predecessors.get(later)).add(earlier);
                    }
                }
            }
        }
        return Order.of(predecessors);
    }

    /** Returns the names on a way from one to the other, both included, or nothing if there is no way. */
    private static List<String> path(SortedMap<String, SortedSet<String>> successors, String from, String to) {
        Map<String, String> cameFrom = new HashMap<>(Map.of(from, from));
        Deque<String> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty() && !cameFrom.containsKey(to)) {
            String name = open.remove();
            for (String next : requireNonNull(successors.get(name))) {
                if (cameFrom.putIfAbsent(next, name) == null) {
                    open.add(next);
                }
            }
        }
        if (!cameFrom.containsKey(to)) {
            return List.of();
        }
        LinkedList<String> path = new LinkedList<>(List.of(to));
        while (!path.getFirst().equals(from)) {
            path.addFirst(requireNonNull(cameFrom.get(path.getFirst())));
        }
        return path;
    }
}
