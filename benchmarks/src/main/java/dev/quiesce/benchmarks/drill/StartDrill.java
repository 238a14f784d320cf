package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** How long the service takes from the start of its process until it is ready, with both pools warm, on a schema that is up to date. */
final class StartDrill implements Part {
    private static final int WITH_CLASS_DATA = 450;
    private static final int WITH_CACHE = 400;

    private final EmbeddedMariaDb database;

    StartDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "start";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample shipped = new Sample();
        Sample ofComponents = new Sample();
        Sample plain = new Sample();
        try (ShippedJvm jvm = ShippedJvm.train(database)) {
            for (int run = 0; run < effort.pairs(); run++) {
                start(jvm.options(), shipped, ofComponents);
                start(List.of(), plain, new Sample());
            }
        }
        boolean cache = ShippedJvm.hasCache();
        String as = "as in the image, JDK " + Runtime.version().feature() + " with "
                + (cache ? "AOT cache" : "class-data archive");
        return List.of(
                Figure.of(name(), "process to ready, " + as + ", median", shipped.median(), "ms")
                        .atMost(cache ? WITH_CACHE : WITH_CLASS_DATA),
                Figure.of(name(), "... the quickest", shipped.least(), "ms"),
                Figure.of(name(), "... of it from the first component, median", ofComponents.median(), "ms"),
                Figure.of(name(), "process to ready, by java -jar, median", plain.median(), "ms"));
    }

    private void start(List<String> jvm, Sample sinceProcess, Sample sinceComponents)
            throws IOException, InterruptedException, TimeoutException {
        long begin = System.nanoTime();
        try (DrillService service = DrillService.start(jvm, database)) {
            sinceProcess.add(DrillService.millisSince(begin));
            sinceComponents.add(service.millisOfStart());
            service.terminate();
            service.awaitExit();
        }
    }
}
