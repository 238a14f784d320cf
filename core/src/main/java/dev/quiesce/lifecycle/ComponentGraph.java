package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The components of a service and what each depends on: complete, without cycles, and fixed.
 *
 * <p>Components start after what they depend on and stop before it. What the dependencies leave free runs side by side,
 * and wherever a sequence has to be chosen, names decide, so the order is the same however the components were registered.
 *
 * <p>Immutable and safe for use by many threads, provided that the components are.
 */
public final class ComponentGraph {
    private final SortedMap<String, Component> components;
    private final Order startOrder;
    private final Order drainOrder;
    private final Order stopOrder;
    private final List<String> remarks;

    private ComponentGraph(
            SortedMap<String, Component> components, @Nullable StopSequence preferred, Set<String> unlinked) {
        this.components = components;
        this.startOrder = Order.of(dependencies(components));
        this.drainOrder = startOrder.reversed();
        List<String> sentences = new ArrayList<>();
        this.stopOrder = PreferredOrder.of(drainOrder, preferred, sentences);
        for (String name : unlinked) {
            sentences.add("Nothing links '" + name
                    + "' to another component: it starts and stops beside them, whatever it uses");
        }
        this.remarks = List.copyOf(sentences);
    }

    /** Returns a builder without components. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the names of all components, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(components.keySet());
    }

    /**
     * Returns the names of the components that the given one depends on directly, sorted.
     *
     * @throws IllegalArgumentException if there is no such component
     */
    public Set<String> dependenciesOf(String name) {
        Component component = components.get(name);
        if (component == null) {
            throw new IllegalArgumentException("There is no component '" + name + "', only " + names());
        }
        return Collections.unmodifiableSet(component.dependencies);
    }

    /** Returns all names in the order of the start; neighbours may start side by side. */
    public List<String> startOrder() {
        return startOrder.sequence();
    }

    /** Returns all names in the order of the stop; neighbours may stop side by side. */
    public List<String> stopOrder() {
        return stopOrder.sequence();
    }

    /**
     * Returns what is worth a second look, a sentence each: where the preferred stop sequence yielded to a dependency, and
     * components that nothing links to another one.
     */
    public List<String> remarks() {
        return remarks;
    }

    /** Returns the plan as text: both orders, with what each step waits for, and the remarks. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Start order:\n").append(startOrder.describe());
        text.append("Stop order:\n").append(stopOrder.describe());
        for (String sentence : remarks) {
            text.append(sentence).append('\n');
        }
        return text.toString();
    }

    /**
     * Returns the plan as a Mermaid flowchart. Arrows lead from a component to those that it depends on, dotted ones to
     * those that it stops before by preference; the numbers are places in the start and in the stop order.
     */
    public String toMermaid() {
        return new PlanDrawing(this).mermaid();
    }

    /** Returns the plan as a graph in DOT, the language of Graphviz, with what {@link #toMermaid} has. */
    public String toDot() {
        return new PlanDrawing(this).dot();
    }

    Order start() {
        return startOrder;
    }

    Order drain() {
        return drainOrder;
    }

    Order stop() {
        return stopOrder;
    }

    Lifecycle lifecycle(String name) {
        return requireNonNull(components.get(name)).lifecycle;
    }

    private static SortedMap<String, SortedSet<String>> dependencies(SortedMap<String, Component> components) {
        SortedMap<String, SortedSet<String>> dependencies = new TreeMap<>();
        components.forEach((name, component) -> dependencies.put(name, new TreeSet<>(component.dependencies)));
        return dependencies;
    }

    private static final class Component {
        private final Lifecycle lifecycle;
        private final SortedSet<String> dependencies;

        Component(Lifecycle lifecycle, SortedSet<String> dependencies) {
            this.lifecycle = lifecycle;
            this.dependencies = dependencies;
        }
    }

    /** Collects components. Not safe for use by several threads. */
    public static final class Builder {
        private final SortedMap<String, Component> components = new TreeMap<>();
        private final Set<String> foundations = new TreeSet<>();
        private final Set<String> mistakes = new LinkedHashSet<>();
        private @Nullable StopSequence preferred;
        private boolean built;

        private Builder() {}

        /**
         * Adds a component. The same instance may be added again under the same name, as by two modules that need it: it is
         * one component with the dependencies of both.
         *
         * @param name how orders, logs and reports call it; unique in the graph
         * @param lifecycle what it does
         * @param dependencies the names of the components that must have started before it starts and may only stop after
         *     it has stopped; they may be added later
         * @throws IllegalStateException if the graph has been built: the component would never be started
         */
        public Builder add(String name, Lifecycle lifecycle, String... dependencies) {
            requireNonNull(lifecycle, "lifecycle");
            requireOpen("component '" + name + "' cannot be added");
            if (name.isBlank()) {
                mistakes.add(
                        "a component has a blank name (" + lifecycle.getClass().getName() + ")");
            }
            SortedSet<String> needs = new TreeSet<>(Arrays.asList(dependencies));
            Component known = components.putIfAbsent(name, new Component(lifecycle, needs));
            if (known == null) {
                return this;
            }
            if (known.lifecycle == lifecycle) {
                known.dependencies.addAll(needs);
            } else {
                mistakes.add("two components are named '" + name + "'");
            }
            return this;
        }

        /**
         * Adds a component that everything stands on: it starts before and stops after every component that it does not
         * itself depend on. Meant for a management listener, which should answer from the first step to the last.
         *
         * @throws IllegalStateException as {@link #add}
         */
        public Builder addFoundation(String name, Lifecycle lifecycle, String... dependencies) {
            add(name, lifecycle, dependencies);
            foundations.add(name);
            return this;
        }

        /**
         * Sets the order in which components should stop as far as dependencies allow. None by default.
         *
         * @throws IllegalStateException if the graph has been built
         */
        public Builder preferStop(StopSequence sequence) {
            requireOpen("a preferred stop sequence cannot be set");
            preferred = requireNonNull(sequence, "sequence");
            return this;
        }

        /**
         * Returns the graph.
         *
         * @throws InvalidGraphException if a name is blank or used twice, an instance has two names, a dependency or a step
         *     of the preferred stop sequence is missing, or components depend on each other in a cycle; the message names
         *     every such mistake
         * @throws IllegalStateException if the graph has been built before
         */
        public ComponentGraph build() {
            requireOpen("it cannot be built again");
            List<String> found = new ArrayList<>(mistakes);
            checkInstances(found);
            checkDependencies(found);
            checkPreferred(found);
            SortedMap<String, Component> complete = found.isEmpty() ? withFoundations() : components;
            checkCycle(complete, found);
            if (!found.isEmpty()) {
                throw new InvalidGraphException("The components cannot be ordered: " + String.join("; ", found)
                        + ". Registered are " + components.keySet());
            }
            built = true;
            return new ComponentGraph(complete, preferred, unlinked());
        }

        private void requireOpen(String what) {
            if (built) {
                throw new IllegalStateException("The graph has been built: " + what);
            }
        }

        private void checkInstances(List<String> found) {
            Map<Lifecycle, String> names = new IdentityHashMap<>();
            components.forEach((name, component) -> {
                String other = names.putIfAbsent(component.lifecycle, name);
                if (other != null) {
                    found.add("'" + other + "' and '" + name + "' are one and the same instance");
                }
            });
        }

        private void checkDependencies(List<String> found) {
            components.forEach((name, component) -> {
                for (String dependency : component.dependencies) {
                    if (!components.containsKey(dependency)) {
                        found.add("'" + name + "' depends on '" + dependency + "', which is not registered");
                    }
                }
            });
        }

        private static void checkCycle(SortedMap<String, Component> components, List<String> found) {
            SortedMap<String, SortedSet<String>> known = dependencies(components);
            for (SortedSet<String> needs : known.values()) {
                needs.retainAll(known.keySet());
            }
            String cycle = Order.cycle(known);
            if (cycle != null) {
                found.add("a cycle of dependencies: " + cycle);
            }
        }

        /** Returns the components without any link, neither a dependency nor a place in the preferred stop sequence. */
        private Set<String> unlinked() {
            Set<String> unlinked = new TreeSet<>(components.keySet());
            unlinked.removeAll(foundations);
            if (unlinked.size() == 1) {
                return Set.of();
            }
            components.forEach((name, component) -> {
                if (!component.dependencies.isEmpty()) {
                    unlinked.remove(name);
                    unlinked.removeAll(component.dependencies);
                }
            });
            if (preferred != null) {
                for (List<String> step : preferred.steps()) {
                    unlinked.removeAll(step);
                }
            }
            return unlinked;
        }

        private void checkPreferred(List<String> found) {
            if (preferred == null) {
                return;
            }
            Set<String> seen = new HashSet<>();
            for (List<String> step : preferred.steps()) {
                for (String name : step) {
                    if (!components.containsKey(name)) {
                        found.add("the preferred stop sequence names '" + name + "', which is not registered");
                    } else if (!seen.add(name)) {
                        found.add("the preferred stop sequence names '" + name + "' twice");
                    }
                }
            }
        }

        private SortedMap<String, Component> withFoundations() {
            Set<String> below = new TreeSet<>();
            for (String foundation : foundations) {
                collectBelow(foundation, below);
            }
            SortedMap<String, Component> complete = new TreeMap<>();
            components.forEach((name, component) -> {
                SortedSet<String> needs = new TreeSet<>(component.dependencies);
                if (!below.contains(name)) {
                    needs.addAll(foundations);
                }
                complete.put(name, new Component(component.lifecycle, needs));
            });
            return complete;
        }

        private void collectBelow(String name, Set<String> below) {
            Deque<String> open = new ArrayDeque<>(List.of(name));
            while (!open.isEmpty()) {
                String next = open.remove();
                if (below.add(next)) {
                    open.addAll(requireNonNull(components.get(next)).dependencies);
                }
            }
        }
    }
}
