package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import java.util.List;

/** A thousand sockets that say nothing, when the service is told to stop, and what they take until then. */
final class IdleSocketsDrill implements Part {
    private static final int SOCKETS = 1000;
    private static final int WARM_UP = 200;

    /** The service tells so many in a second. */
    private static final int CLOSES_PER_SECOND = 2000;

    private static final double WINDOW_MILLIS = 1000.0 * SOCKETS / CLOSES_PER_SECOND;
    private static final double KILOBYTE = 1024;

    private final EmbeddedMariaDb database;

    IdleSocketsDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "idle-sockets";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample unacknowledged = new Sample();
        Sample otherCodes = new Sample();
        Sample beyondWindow = new Sample();
        Sample heap = new Sample();
        Sample threads = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(database)) {
                IdleSockets warmUp = IdleSockets.open(service.address(), WARM_UP);
                warmUp.leave();
                Jcmd jcmd = new Jcmd(service.pid());
                long heapBefore = jcmd.liveBytes();
                int threadsBefore = jcmd.threads();

                IdleSockets sockets = IdleSockets.open(service.address(), SOCKETS);
                heap.add((jcmd.liveBytes() - heapBefore) / KILOBYTE / SOCKETS);
                threads.add(Math.max(0, jcmd.threads() - threadsBefore));

                long begin = System.nanoTime();
                service.terminate();
                int code = service.awaitExit();
                beyondWindow.add(DrillService.millisSince(begin) - WINDOW_MILLIS);
                Check.that(code == 0, "exit code " + code + ": " + service.lastLine());
                otherCodes.add(SOCKETS - sockets.closedBy(1012));
                unacknowledged.add(SOCKETS - service.acknowledgedSockets());
            }
        }
        return List.of(
                Figure.of(name(), SOCKETS + " sockets: not closed with 1012, worst", otherCodes.worst(), "")
                        .atMost(0),
                Figure.of(name(), "the same: not acknowledged, worst", unacknowledged.worst(), "")
                        .atMost(0),
                Figure.of(name(), "the same: SIGTERM to exit beyond the window, median", beyondWindow.median(), "ms")
                        .atMost(300),
                Figure.of(name(), "heap of the service for each, median", heap.median(), "KB")
                        .atMost(16),
                Figure.of(name(), "threads that they add, worst", threads.worst(), "")
                        .atMost(200));
    }
}
