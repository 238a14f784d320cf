package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import java.util.List;

/**
 * A request that takes longer than the service has to stop. It keeps its time, up to the quarter of the total that is held back
 * for the stop stage: then it is cut, and what the stop leaves of its quarter is not waited for. So the process exits before the
 * total is over, but not before the time of the drain is.
 */
final class OverrunDrill implements Part {
    private static final int TOTAL_SECONDS = 5;

    /** Somewhat less than the drain's three quarters of the total. */
    private static final int LEAST_MILLIS = 3500;

    private static final String PATH = "/drill/sleep";

    private final EmbeddedMariaDb database;

    OverrunDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "overrun";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample exit = new Sample();
        Sample wrong = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(database, "--shutdown-timeout=" + TOTAL_SECONDS + "s");
                    DrillClient client = DrillClient.connect(service.address())) {
                client.send(PATH + "?ms=60000");
                Thread.sleep(500);
                long begin = System.nanoTime();
                service.terminate();
                int code = service.awaitExit();
                exit.add(DrillService.millisSince(begin));
                boolean isRight = code == 1 && service.lastLine().contains("GET " + PATH);
                wrong.add(isRight ? 0 : 1);
                if (!isRight) {
                    System.err.println("Exit code " + code + ": " + service.lastLine());
                }
            }
        }
        String what = "a request of 60 s, a total of " + TOTAL_SECONDS + " s, a quarter of it held back: ";
        return List.of(
                Figure.of(name(), what + "SIGTERM to exit, fastest", exit.least(), "ms")
                        .atLeast(LEAST_MILLIS),
                Figure.of(name(), what + "SIGTERM to exit, median", exit.median(), "ms"),
                Figure.of(name(), what + "SIGTERM to exit, worst", exit.worst(), "ms")
                        .atMost(TOTAL_SECONDS * 1000),
                Figure.of(name(), what + "exit code not 1, or request not named, worst", wrong.worst(), "")
                        .atMost(0));
    }
}
