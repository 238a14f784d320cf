package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import dev.quiesce.db.EmbeddedMariaDb;
import java.util.List;

/** Transactions in flight when the service is told to stop. */
final class TransactionsDrill implements Part {
    private static final int COUNT = 20;

    /** Long enough for all of them to have begun before the first ends. */
    private static final int MILLIS = 2000;

    private final EmbeddedMariaDb database;

    TransactionsDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "transactions";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample unacknowledged = new Sample();
        Sample mistaken = new Sample();
        Sample aborted = new Sample();
        Sample left = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(database, DrillService.forAtOnce(COUNT));
                    Inspector inspector = Inspector.from(database)) {
                long abortedBefore = inspector.abortedClients();
                Crowd.Result result = stop(service, inspector);
                inspector.look();
                long acknowledged = result.count(Outcome.ACKNOWLEDGED);
                long both = result.committed(Outcome.ACKNOWLEDGED, inspector);
                unacknowledged.add(COUNT - acknowledged);
                mistaken.add(acknowledged - both + inspector.seen().size() - both);
                left.add(inspector.connectionsLeft());
                aborted.add(inspector.abortedClients() - abortedBefore);
            }
        }
        String what = COUNT + " of " + MILLIS + " ms in flight: ";
        return List.of(
                Figure.of(name(), what + "not acknowledged, worst", unacknowledged.worst(), "")
                        .atMost(0),
                Figure.of(name(), what + "acknowledged or committed, but not both, worst", mistaken.worst(), "")
                        .atMost(0),
                Figure.of(name(), what + "Aborted_clients of the server, worst", aborted.worst(), "more")
                        .atMost(0),
                Figure.of(name(), what + "connections left, worst", left.worst(), "")
                        .atMost(0));
    }

    private static Crowd.Result stop(DrillService service, Inspector inspector) throws Exception {
        try (Transactions transactions = Transactions.begin(service, COUNT, MILLIS)) {
            inspector.awaitRunning(COUNT);
            service.terminate();
            int code = service.awaitExit();
            Check.that(code == 0, "exit code " + code + ": " + service.lastLine());
            return transactions.result();
        }
    }
}
