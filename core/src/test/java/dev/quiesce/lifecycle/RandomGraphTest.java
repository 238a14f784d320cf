package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random acyclic graphs: every edge is respected in both directions. */
class RandomGraphTest {

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyDependency_startsBeforeAndStopsAfterItsDependents(long seed) throws Exception {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(40);
        EventLog log = new EventLog();
        Map<String, Set<String>> edges = new HashMap<>();
        ComponentGraph.Builder graph = ComponentGraph.builder();
        for (int node = 0; node < size; node++) {
            Set<String> dependencies = new HashSet<>();
            for (int other = 0; other < node; other++) {
                if (random.nextInt(6) == 0) {
                    dependencies.add("n" + other);
                }
            }
            edges.put("n" + node, dependencies);
            graph.add("n" + node, new RecordingComponent("n" + node, log), dependencies.toArray(String[]::new));
        }
        Coordinator service = Coordinator.of(graph.build());
        assertThat(service.start()).isTrue();
        Report report = service.stop("test");

        assertThat(report.isClean()).isTrue();
        assertThat(log.events()).hasSize(4 * size).doesNotHaveDuplicates();
        edges.forEach((node, dependencies) -> dependencies.forEach(dependency -> {
            assertThat(log.indexOf("start " + dependency)).isLessThan(log.indexOf("start " + node));
            assertThat(log.indexOf("drain " + dependency)).isGreaterThan(log.indexOf("drain " + node));
            assertThat(log.indexOf("stop " + dependency)).isGreaterThan(log.indexOf("stop " + node));
        }));
        assertThat(log.events().subList(size, 2 * size)).allMatch(event -> event.startsWith("quiesce"));
        assertThat(log.events().subList(2 * size, 3 * size)).allMatch(event -> event.startsWith("drain"));
    }
}
