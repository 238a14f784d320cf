package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import dev.quiesce.db.EmbeddedMariaDb;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Far more requests at once than the pool can serve before their clients leave, who do not come again. */
final class BurstDrill implements Part {
    private static final int REQUESTS = 1500;
    private static final Crowd.Manners MANNERS = new Crowd.Manners(Duration.ofSeconds(5), 0, 100);
    private static final int MOST_WASTED = 5;

    /** So that a JVM that has just started is not what is measured. */
    private static final int WARM_UP = 200;

    private static final int WATCHED_SECONDS = 8;

    private final EmbeddedMariaDb database;

    BurstDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "burst";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample acknowledged = new Sample();
        Sample shed = new Sample();
        Sample left = new Sample();
        Sample failed = new Sample();
        Sample wasted = new Sample();
        Sample mistaken = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(database);
                    Inspector inspector = Inspector.from(database)) {
                play(service, WARM_UP);
                Crowd.Result result = play(service, REQUESTS);
                // Whatever has been let in is done then.
                service.terminate();
                int code = service.awaitExit();
                Check.that(code == 0, "exit code " + code + ": " + service.lastLine());
                inspector.look();
                acknowledged.add(result.count(Outcome.ACKNOWLEDGED));
                shed.add(result.count(Outcome.SHED));
                left.add(result.count(Outcome.LEFT));
                failed.add(REQUESTS
                        - result.count(Outcome.ACKNOWLEDGED)
                        - result.count(Outcome.SHED)
                        - result.count(Outcome.LEFT));
                wasted.add(result.committed(Outcome.LEFT, inspector));
                mistaken.add(result.count(Outcome.ACKNOWLEDGED) - result.committed(Outcome.ACKNOWLEDGED, inspector));
            }
        }
        String burst = REQUESTS + " at once: ";
        return List.of(
                Figure.of(name(), burst + "answered 200, median", acknowledged.median(), ""),
                Figure.of(name(), burst + "answered 503, median", shed.median(), ""),
                Figure.of(name(), burst + "gave up, median", left.median(), ""),
                Figure.of(name(), burst + "failed otherwise, worst of " + effort.seeds(), failed.worst(), "")
                        .atMost(0),
                Figure.of(name(), burst + "committed for clients that had left, worst", wasted.worst(), "")
                        .atMost(MOST_WASTED),
                Figure.of(name(), burst + "acknowledged but not committed, worst", mistaken.worst(), "")
                        .atMost(0));
    }

    private static Crowd.Result play(DrillService service, int requests) throws Exception {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(WATCHED_SECONDS);
        return new Crowd(service::address, MANNERS).play(Collections.nCopies(requests, begin), end);
    }
}
