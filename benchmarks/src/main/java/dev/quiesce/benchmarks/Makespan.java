package dev.quiesce.benchmarks;

import java.util.List;
import java.util.Map;

/** How long the stop stage takes, compared with the longest chain of stops that have to follow one another. */
final class Makespan implements Part {
    private static final double MOST = 1.10;

    @Override
    public String name() {
        return "makespan";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample stage = new Sample();
        Sample path = new Sample();
        Sample ratio = new Sample();
        Sample nominalRatio = new Sample();
        for (int seed = 1; seed <= effort.seeds(); seed++) {
            Map<String, Double> figures = Fork.measure(MakespanRun.class, List.of(), Integer.toString(seed));
            double took = figures.get(MakespanRun.STAGE);
            stage.add(took);
            path.add(figures.get(MakespanRun.PATH));
            ratio.add(took / figures.get(MakespanRun.PATH));
            nominalRatio.add(took / figures.get(MakespanRun.NOMINAL_PATH));
        }
        return List.of(
                figure("stop stage, median of " + effort.seeds() + " graphs", stage.median(), "ms"),
                figure("critical path of the measured stops, median", path.median(), "ms"),
                figure("stop stage / critical path, median", ratio.median(), "").atMost(MOST),
                figure("stop stage / critical path, worst", ratio.worst(), "").atMost(MOST),
                figure("stop stage / critical path of the nominal stops, median", nominalRatio.median(), ""));
    }

    private Figure figure(String what, double value, String unit) {
        return Figure.of(name(), what, value, unit);
    }
}
