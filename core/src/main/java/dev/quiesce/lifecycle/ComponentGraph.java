package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
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
    private final List<String> yielded;

    private ComponentGraph(SortedMap<String, Component> components, @Nullable StopSequence preferred) {
        this.components = components;
        SortedMap<String, SortedSet<String>> dependencies = new TreeMap<>();
        components.forEach((name, component) -> dependencies.put(name, component.dependencies()));
        this.startOrder = Order.of(dependencies);
        this.drainOrder = startOrder.reversed();
        PreferredOrder soft = PreferredOrder.on(drainOrder, preferred);
        this.stopOrder = soft.order();
        this.yielded = soft.yielded();
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
        return Collections.unmodifiableSet(component.dependencies());
    }

    /** Returns all names in the order of the start; neighbours may start side by side. */
    public List<String> startOrder() {
        return startOrder.sequence();
    }

    /** Returns all names in the order of the stop; neighbours may stop side by side. */
    public List<String> stopOrder() {
        return stopOrder.sequence();
    }

    /** Returns one sentence for each place where the preferred stop sequence yielded to a dependency. */
    public List<String> yielded() {
        return yielded;
    }

    /** Returns the plan as text: both orders, with what each step waits for. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Start order:\n").append(startOrder.describe());
        text.append("Stop order:\n").append(stopOrder.describe());
        yielded.forEach(sentence -> text.append(sentence).append('\n'));
        return text.toString();
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
        return requireNonNull(components.get(name)).lifecycle();
    }

    record Component(Lifecycle lifecycle, SortedSet<String> dependencies) {}

    /** Collects components. Not safe for use by several threads. */
    public static final class Builder {
        private final SortedMap<String, Component> components = new TreeMap<>();
        private final Set<String> foundations = new TreeSet<>();
        private final Set<String> mistakes = new LinkedHashSet<>();
        private @Nullable StopSequence preferred;

        private Builder() {}

        /**
         * Adds a component.
         *
         * @param name how orders, logs and reports call it; unique in the graph
         * @param lifecycle what it does
         * @param dependencies the names of the components that must have started before it starts and may only stop after
         *     it has stopped; they may be added later
         */
        public Builder add(String name, Lifecycle lifecycle, String... dependencies) {
            requireNonNull(lifecycle, "lifecycle");
            if (name.isBlank()) {
                mistakes.add(
                        "a component has a blank name (" + lifecycle.getClass().getName() + ")");
            }
            SortedSet<String> needs = new TreeSet<>(Arrays.asList(dependencies));
            if (components.putIfAbsent(name, new Component(lifecycle, needs)) != null) {
                mistakes.add("two components are named '" + name + "'");
            }
            return this;
        }

        /**
         * Adds a component that everything stands on: it starts before and stops after every component that it does not
         * itself depend on. Meant for a management listener, which should answer from the first step to the last.
         */
        public Builder addFoundation(String name, Lifecycle lifecycle, String... dependencies) {
            foundations.add(name);
            return add(name, lifecycle, dependencies);
        }

        /** Sets the order in which components should stop as far as dependencies allow. None by default. */
        public Builder preferStop(StopSequence sequence) {
            preferred = requireNonNull(sequence, "sequence");
            return this;
        }

        /**
         * Returns the graph.
         *
         * @throws InvalidGraphException if a name is blank or used twice, a dependency or a step of the preferred stop
         *     sequence is missing, or components depend on each other in a cycle; the message names every such mistake
         */
        public ComponentGraph build() {
            List<String> found = new ArrayList<>(mistakes);
            components.forEach((name, component) -> component.dependencies().stream()
                    .filter(dependency -> !components.containsKey(dependency))
                    .forEach(missing ->
                            found.add("'" + name + "' depends on '" + missing + "', which is not registered")));
            checkPreferred(found);
            SortedMap<String, Component> complete = found.isEmpty() ? withFoundations() : components;
            Cycle.in(complete).ifPresent(path -> found.add("a cycle of dependencies: " + path));
            if (!found.isEmpty()) {
                throw new InvalidGraphException("The components cannot be ordered: " + String.join("; ", found)
                        + ". Registered are " + components.keySet());
            }
            return new ComponentGraph(complete, preferred);
        }

        private void checkPreferred(List<String> found) {
            if (preferred == null) {
                return;
            }
            Set<String> seen = new HashSet<>();
            preferred.steps().stream().flatMap(List::stream).forEach(name -> {
                if (!components.containsKey(name)) {
                    found.add("the preferred stop sequence names '" + name + "', which is not registered");
                } else if (!seen.add(name)) {
                    found.add("the preferred stop sequence names '" + name + "' twice");
                }
            });
        }

        private SortedMap<String, Component> withFoundations() {
            Set<String> below = new TreeSet<>();
            foundations.forEach(foundation -> collectBelow(foundation, below));
            SortedMap<String, Component> complete = new TreeMap<>();
            components.forEach((name, component) -> {
                SortedSet<String> needs = new TreeSet<>(component.dependencies());
                if (!below.contains(name)) {
                    needs.addAll(foundations);
                }
                complete.put(name, new Component(component.lifecycle(), needs));
            });
            return complete;
        }

        private void collectBelow(String name, Set<String> below) {
            if (below.add(name)) {
                requireNonNull(components.get(name)).dependencies().forEach(next -> collectBelow(next, below));
            }
        }
    }
}
