package dev.quiesce.benchmarks.drill;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.realtime.testing.NodePrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The run of a program of foreign clients, whose figures are ours.
 *
 * @param part the part that the figures belong to
 * @param what what distinguishes them from those of other runs of the part
 * @param command the program, and its options
 */
record NodeRun(String part, String what, List<String> command) {
    private static final Path SOURCE = Path.of("realtime", "src", "test", "node");
    private static final Path COPY = Path.of("benchmarks", "target", "node");
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** Runs it. */
    List<Figure> figures() throws Exception {
        Check.that(NodePrograms.areRunnable(), "there is no node of version 18 or newer, with npm: install them");
        NodePrograms programs = NodePrograms.install(SOURCE, COPY);
        try (DrillFolder folder = DrillFolder.create()) {
            Path json = folder.path().resolve("figures.json");
            List<String> all = new ArrayList<>(command);
            all.add("--json=" + json);
            try (ServiceProcess node = programs.start(all.toArray(String[]::new))) {
                int code = node.awaitExit(PATIENCE);
                if (code != 0) {
                    System.err.println(String.join("\n", node.lines()));
                }
                Check.that(Files.exists(json), command.get(0) + " has no figures, exit code " + code);
            }
            List<Figure> figures = new ArrayList<>();
            for (Object each : JSON.std.listFrom(Files.readString(json))) {
                figures.add(figure((Map<?, ?>) each));
            }
            return figures;
        }
    }

    private Figure figure(Map<?, ?> read) {
        double value = ((Number) read.get("value")).doubleValue();
        Figure figure = Figure.of(part, what + read.get("what"), value, String.valueOf(read.get("unit")));
        if (!(read.get("bound") instanceof Map<?, ?> bound)) {
            return figure;
        }
        return bound.get("most") instanceof Number most
                ? figure.atMost(most.doubleValue())
                : figure.atLeast(((Number) bound.get("least")).doubleValue());
    }
}
