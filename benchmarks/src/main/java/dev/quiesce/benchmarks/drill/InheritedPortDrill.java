package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.web.testing.InheritingInstance;
import dev.quiesce.web.testing.OpenLoad;
import java.util.List;

/** One instance without a proxy is stopped and then started on a port that it inherits: what comes meanwhile waits. */
final class InheritedPortDrill implements Part {
    private static final int RESTARTS = 4;

    private final EmbeddedMariaDb database;

    InheritedPortDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "inherited";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        ProxyRuns runs = new ProxyRuns(effort);
        while (runs.isUnfinished()) {
            try (InheritingInstance instance = InheritingInstance.start(DrillService.launch(database));
                    OpenLoad load = OpenLoad.start(instance.address(), ProxyRuns.PER_SECOND)) {
                for (int i = 0; i < RESTARTS; i++) {
                    load.awaitSent(load.sent() + ProxyRuns.PER_SECOND);
                    load.awaitAnswersSoFar();
                    instance.restart();
                }
                runs.add(load, database);
            }
        }
        return runs.figures(name(), "one instance, no proxy");
    }
}
