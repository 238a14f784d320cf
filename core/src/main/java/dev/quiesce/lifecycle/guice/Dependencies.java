package dev.quiesce.lifecycle.guice;

import dev.quiesce.lifecycle.InvalidGraphException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What components depend on by what injection shows, and by what has been declared besides. */
final class Dependencies {
    private final Map<String, Set<String>> injected = new TreeMap<>();
    private final Map<String, Set<String>> all = new HashMap<>();

    private Dependencies() {}

    /**
     * Reads the dependencies of the components from the injection graph.
     *
     * @throws InvalidGraphException if a dependency was declared against what injection shows
     */
    static Dependencies of(List<Component> components) {
        InjectionGraph injection = new InjectionGraph(components);
        Dependencies dependencies = new Dependencies();
        for (Component component : components) {
            dependencies.injected.put(component.registration.name(), injection.dependenciesOf(component));
        }
        List<String> mistakes = new ArrayList<>();
        for (Component component : components) {
            dependencies.declare(component.registration, mistakes);
        }
        if (!mistakes.isEmpty()) {
            throw new InvalidGraphException("The components cannot be ordered: " + String.join("; ", mistakes));
        }
        return dependencies;
    }

    Set<String> of(String component) {
        return all.getOrDefault(component, Set.of());
    }

    private void declare(Registration registration, List<String> mistakes) {
        String name = registration.name();
        Set<String> needs = new TreeSet<>(injected.getOrDefault(name, Set.of()));
        for (String declared : registration.alsoDependsOn()) {
            List<String> opposite = path(declared, name);
            if (opposite.isEmpty()) {
                needs.add(declared);
            } else {
                mistakes.add("'" + name + "' was declared to depend on '" + declared + "', but injection shows "
                        + String.join(" → ", opposite));
            }
        }
        all.put(name, needs);
    }

    /** Returns the names on a way from one component to another that it needs, both included, or nothing. */
    private List<String> path(String from, String to) {
        Map<String, @Nullable String> cameFrom = new HashMap<>();
        cameFrom.put(from, null);
        Deque<String> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty() && !cameFrom.containsKey(to)) {
            String name = open.remove();
            for (String next : injected.getOrDefault(name, Set.of())) {
                if (!cameFrom.containsKey(next)) {
                    cameFrom.put(next, name);
                    open.add(next);
                }
            }
        }
        LinkedList<String> path = new LinkedList<>();
        if (!from.equals(to) && cameFrom.containsKey(to)) {
            for (String name = to; name != null; name = cameFrom.get(name)) {
                path.addFirst(name);
            }
        }
        return path;
    }
}
