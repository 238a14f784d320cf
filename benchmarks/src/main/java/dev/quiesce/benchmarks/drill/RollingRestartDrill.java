package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.OpenLoad;
import dev.quiesce.web.testing.PlacedInstance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two instances behind nginx, with a static group and its default retries, are restarted one after the other. */
final class RollingRestartDrill implements Part {
    /** Each server is left out for nginx's {@code fail_timeout} once it has refused a connection. */
    private static final String LEFT_OUT = "";

    /** Each server is tried again with every request. */
    private static final String NEVER_LEFT_OUT = " max_fails=0";

    private final EmbeddedMariaDb database;

    RollingRestartDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "rolling";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        List<Figure> figures = new ArrayList<>();
        for (boolean tcp : new boolean[] {true, false}) {
            for (String parameters : new String[] {LEFT_OUT, NEVER_LEFT_OUT}) {
                ProxyRuns runs = new ProxyRuns(effort);
                while (runs.isUnfinished()) {
                    run(tcp, parameters, runs);
                }
                String what = (tcp ? "TCP" : "unix") + (parameters.isEmpty() ? ", nginx's defaults" : "," + parameters);
                figures.addAll(runs.figures(name(), what));
            }
        }
        return figures;
    }

    private void run(boolean tcp, String parameters, ProxyRuns runs) throws Exception {
        Launch launch = DrillService.launch(database).with("--shutdown-linger=1s");
        try (DrillFolder folder = DrillFolder.create();
                PlacedInstance one = instance(tcp, launch, folder.path().resolve("one.sock"));
                PlacedInstance other = instance(tcp, launch, folder.path().resolve("other.sock"))) {
            one.start();
            other.start();
            List<String> servers = List.of(one.place() + parameters, other.place() + parameters);
            try (Nginx nginx = Nginx.start(folder.path(), "", servers);
                    OpenLoad load = OpenLoad.start(nginx.address(), ProxyRuns.PER_SECOND)) {
                for (PlacedInstance next : List.of(one, other, one, other)) {
                    // While nginx leaves out the one that has come back, the other must not go.
                    load.awaitAnswersSoFar();
                    load.awaitAnswerOf(one.place());
                    load.awaitAnswerOf(other.place());
                    next.restart();
                }
                runs.add(load, nginx, database);
            }
        }
    }

    private static PlacedInstance instance(boolean tcp, Launch launch, Path socket) throws Exception {
        return tcp ? PlacedInstance.onPort(launch) : PlacedInstance.onSocket(launch, socket);
    }
}
