package dev.quiesce.benchmarks;

import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Which components depend on which.
 *
 * @param dependencies of each component those that it depends on, all of which come before it
 */
record Shape(List<int[]> dependencies) {
    private static final int MOST_DEPENDENCIES = 3;

    /** Returns the shape without any dependency. */
    static Shape loose(int size) {
        return of(size, component -> new int[0]);
    }

    /** Returns the shape in which each depends on the one before. */
    static Shape chain(int size) {
        return of(size, component -> component == 0 ? new int[0] : new int[] {component - 1});
    }

    /** Returns a shape in which each depends on none to three of those before it. */
    static Shape random(int size, Random random) {
        return of(
                size,
                component -> IntStream.range(0, component == 0 ? 0 : random.nextInt(MOST_DEPENDENCIES + 1))
                        .map(any -> random.nextInt(component))
                        .distinct()
                        .toArray());
    }

    private static Shape of(int size, IntFunction<int[]> dependencies) {
        List<int[]> all = new ArrayList<>();
        for (int component = 0; component < size; component++) {
            all.add(dependencies.apply(component));
        }
        return new Shape(all);
    }

    int size() {
        return dependencies.size();
    }

    /** Returns the graph of these components. */
    ComponentGraph graph(List<? extends Lifecycle> components) {
        ComponentGraph.Builder graph = ComponentGraph.builder();
        for (int component = 0; component < size(); component++) {
            graph.add(
                    name(component),
                    components.get(component),
                    Arrays.stream(dependencies.get(component))
                            .mapToObj(Shape::name)
                            .toArray(String[]::new));
        }
        return graph.build();
    }

    /** Returns how long it takes to stop the components, each of which takes as long as given, if nothing else takes time. */
    long criticalPath(long[] took) {
        long[] dependentsEnd = new long[size()];
        long end = 0;
        for (int component = size() - 1; component >= 0; component--) {
            long ends = dependentsEnd[component] + took[component];
            for (int dependency : dependencies.get(component)) {
                dependentsEnd[dependency] = Math.max(dependentsEnd[dependency], ends);
            }
            end = Math.max(end, ends);
        }
        return end;
    }

    private static String name(int component) {
        return "component " + component;
    }
}
