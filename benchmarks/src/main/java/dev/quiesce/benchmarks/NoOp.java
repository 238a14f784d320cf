package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What starting and stopping costs if the components themselves do nothing, in little memory. */
final class NoOp implements Part {
    private static final double MOST_MILLIS = 500;

    @Override
    public String name() {
        return "no-op";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        List<Figure> figures = new ArrayList<>();
        Sample handOvers = new Sample();
        for (NoOpShape shape : NoOpShape.values()) {
            Sample cold = new Sample();
            Sample warm = new Sample();
            Sample coldGraph = new Sample();
            Sample warmGraph = new Sample();
            for (int fork = 0; fork < effort.forks(); fork++) {
                Map<String, Double> measured = Fork.measure(NoOpRun.class, List.of("-Xmx64m"), shape.name());
                cold.add(measured.get(NoOpRun.COLD));
                warm.add(measured.get(NoOpRun.WARM));
                coldGraph.add(measured.get(NoOpRun.COLD_GRAPH));
                warmGraph.add(measured.get(NoOpRun.WARM_GRAPH));
                handOvers.add(measured.get(NoOpRun.HAND_OVERS));
            }
            figures.add(figure(shape, "start + stop, cold", cold).atMost(MOST_MILLIS));
            figures.add(figure(shape, "start + stop, warm", warm).atMost(MOST_MILLIS));
            figures.add(figure(shape, "graph, cold", coldGraph));
            figures.add(figure(shape, "graph, warm", warmGraph));
        }
        figures.add(Figure.of(
                name(), "two threads, " + 2 * NoOpRun.SIZE + " hand-overs and back, warm", handOvers.median(), "ms"));
        return figures;
    }

    private Figure figure(NoOpShape shape, String what, Sample sample) {
        return Figure.of(name(), NoOpRun.SIZE + " " + shape + ": " + what, sample.median(), "ms");
    }
}
