package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.PlacedInstance;
import dev.quiesce.web.testing.SessionLoad;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients count in sessions of their own, each request at the other of two instances, which are restarted one after the other
 * meanwhile, or killed.
 */
final class SessionsDrill implements Part {
    private static final int CLIENTS = 20;
    private static final int ENDS = 4;
    private static final int FULL_INCREMENTS = 10_000;
    private static final int QUICK_INCREMENTS = 2_500;
    private static final int FULL_RUNS = 3;

    private final EmbeddedMariaDb database;

    SessionsDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    private interface End {
        void of(PlacedInstance instance) throws Exception;
    }

    @Override
    public String name() {
        return "sessions";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Runs restarted = new Runs(ENDS + " rolling restarts", 0);
        // Each client has at most one request at the instance that dies.
        Runs killed = new Runs(ENDS + " × SIGKILL", ENDS * CLIENTS);
        for (int run = 0; run < (effort == Effort.FULL ? FULL_RUNS : 1); run++) {
            int increments = effort == Effort.FULL ? FULL_INCREMENTS : QUICK_INCREMENTS;
            run(increments, PlacedInstance::restart, restarted);
            run(
                    increments,
                    instance -> {
                        instance.kill();
                        instance.start();
                    },
                    killed);
        }
        List<Figure> figures = new ArrayList<>(restarted.figures(name()));
        figures.addAll(killed.figures(name()));
        return figures;
    }

    private void run(int increments, End end, Runs runs) throws Exception {
        Launch launch = DrillService.launch(database).with("--session-store=database");
        try (PlacedInstance one = PlacedInstance.onPort(launch);
                PlacedInstance other = PlacedInstance.onPort(launch)) {
            one.start();
            other.start();
            try (SessionLoad load = SessionLoad.start(List.of(one.place(), other.place()), CLIENTS)) {
                int between = increments / (ENDS + 1);
                for (PlacedInstance next : List.of(one, other, one, other)) {
                    load.awaitAnswered(load.answered() + between);
                    end.of(next);
                }
                load.awaitAnswered(Math.max(increments, load.answered() + between));
                load.end();
                runs.add(load);
            }
        }
    }

    /** The runs of one kind. */
    private static final class Runs {
        private final String what;
        private final int mostFailed;
        private final Sample answered = new Sample();
        private final Sample lost = new Sample();
        private final Sample signedOut = new Sample();
        private final Sample twice = new Sample();
        private final Sample failed = new Sample();

        Runs(String what, int mostFailed) {
            this.what = what;
            this.mostFailed = mostFailed;
        }

        void add(SessionLoad load) {
            if (load.lost() > 0 || load.failed() > mostFailed) {
                System.err.println("Lost: " + load.losses() + "\nNot answered: " + load.failures());
            }
            answered.add(load.answered());
            lost.add(load.lost());
            signedOut.add(load.signedOut());
            twice.add(load.twice());
            failed.add(load.failed());
        }

        List<Figure> figures(String part) {
            return List.of(
                    Figure.of(part, what + ": increments, fewest", answered.least(), ""),
                    Figure.of(part, what + ": increments lost, worst", lost.worst(), "")
                            .atMost(0),
                    Figure.of(part, what + ": increments counted twice, worst", twice.worst(), "")
                            .atMost(0),
                    Figure.of(part, what + ": clients signed out, worst", signedOut.worst(), "")
                            .atMost(0),
                    Figure.of(part, what + ": not answered 200, worst", failed.worst(), "requests")
                            .atMost(mostFailed));
        }
    }
}
