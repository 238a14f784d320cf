package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.ComponentGraph.Component;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds a cycle among the dependencies of components. Iterative, so that a long chain does not exhaust the stack. */
final class Cycle {
    private enum Mark {
        ON_PATH,
        DONE
    }

    private record Visit(String name, Iterator<String> rest) {}

    private Cycle() {}

    /** Returns a cycle as a path such as {@code a → b → a}, if there is one. Dependencies that do not exist are passed over. */
    static Optional<String> in(Map<String, Component> components) {
        Map<String, Mark> marks = new HashMap<>();
        for (String root : components.keySet()) {
            Deque<Visit> path = new ArrayDeque<>();
            enter(root, components, marks, path);
            while (!path.isEmpty()) {
                Visit visit = path.getLast();
                if (!visit.rest().hasNext()) {
                    marks.put(visit.name(), Mark.DONE);
                    path.removeLast();
                    continue;
                }
                String next = visit.rest().next();
                if (marks.get(next) == Mark.ON_PATH) {
                    return Optional.of(describe(path, next));
                }
                enter(next, components, marks, path);
            }
        }
        return Optional.empty();
    }

    private static void enter(
            String name, Map<String, Component> components, Map<String, Mark> marks, Deque<Visit> path) {
        Component component = components.get(name);
        if (component != null && marks.putIfAbsent(name, Mark.ON_PATH) == null) {
            path.addLast(new Visit(name, component.dependencies().iterator()));
        }
    }

    private static String describe(Deque<Visit> path, String repeated) {
        List<String> names = new ArrayList<>();
        path.stream().map(Visit::name).dropWhile(name -> !name.equals(repeated)).forEach(names::add);
        names.add(repeated);
        return String.join(" → ", names);
    }
}
