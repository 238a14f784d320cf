package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.web.testing.InheritingInstance;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.OpenLoad;
import dev.quiesce.web.testing.PlacedInstance;
import java.util.ArrayList;
import java.util.List;

/** Restarts behind an nginx that retries nothing, so that even a connection that is refused is a failed request. */
final class NoRetryDrill implements Part {
    private static final String NO_RETRY = "proxy_next_upstream off;";
    private static final int RESTARTS = 4;

    private final EmbeddedMariaDb database;

    NoRetryDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "no-retry";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        ProxyRuns inherited = new ProxyRuns(effort);
        ProxyRuns switched = new ProxyRuns(effort);
        while (inherited.isUnfinished()) {
            restartOnInheritedPorts(inherited);
            switchFromOneToTheOther(switched);
        }
        List<Figure> figures = new ArrayList<>(inherited.figures(name(), "inherited ports"));
        figures.addAll(switched.figures(name(), "switched by reload"));
        return figures;
    }

    private void restartOnInheritedPorts(ProxyRuns runs) throws Exception {
        Launch launch = DrillService.launch(database).with("--shutdown-linger=1s");
        try (DrillFolder folder = DrillFolder.create();
                InheritingInstance one = InheritingInstance.start(launch);
                InheritingInstance other = InheritingInstance.start(launch);
                Nginx nginx = Nginx.start(folder.path(), NO_RETRY, List.of(one.place(), other.place()));
                OpenLoad load = OpenLoad.start(nginx.address(), ProxyRuns.PER_SECOND)) {
            for (InheritingInstance next : List.of(one, other, one, other)) {
                load.awaitAnswersSoFar();
                load.awaitAnswerOf(one.place());
                load.awaitAnswerOf(other.place());
                next.restart();
            }
            runs.add(load, nginx, database);
        }
    }

    private void switchFromOneToTheOther(ProxyRuns runs) throws Exception {
        Launch launch = DrillService.launch(database);
        try (DrillFolder folder = DrillFolder.create();
                PlacedInstance blue = PlacedInstance.onPort(launch);
                PlacedInstance green = PlacedInstance.onPort(launch)) {
            blue.start();
            try (Nginx nginx = Nginx.start(folder.path(), NO_RETRY, List.of(blue.place()));
                    OpenLoad load = OpenLoad.start(nginx.address(), ProxyRuns.PER_SECOND)) {
                for (int i = 0; i < RESTARTS; i++) {
                    PlacedInstance old = i % 2 == 0 ? blue : green;
                    PlacedInstance next = i % 2 == 0 ? green : blue;
                    load.awaitAnswerOf(old.place());
                    next.start();
                    nginx.switchTo(List.of(next.place()));
                    old.stop();
                }
                runs.add(load, nginx, database);
            }
        }
    }
}
