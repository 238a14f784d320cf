package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The database fails at the moment at which the service is told to stop, with transactions in flight: some that are far from
 * their end, and short ones one after the other, of which some are just about to commit. What has been acknowledged must be found
 * in the database itself, past the proxy; one that was killed is started again on its files for that.
 */
final class DatabaseFaultDrill implements Part {
    private static final int COUNT = 10;
    private static final int MILLIS = 2000;
    private static final int SHORT_COUNT = 36;
    private static final int SHORT_MILLIS = 150;

    /** The last of the short ones comes a moment before the database fails. */
    private static final Duration SHORT_GAP = Duration.ofMillis(25);

    /** More than there are transactions at a time. */
    private static final int POOL = 20;

    /** The default of {@code shutdown.timeout}. */
    private static final int TOTAL_MILLIS = 8000;

    private final EmbeddedMariaDb database;

    DatabaseFaultDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    /** Breaks the database. */
    @FunctionalInterface
    private interface Break {
        void happen(FaultProxy proxy) throws Exception;
    }

    @Override
    public String name() {
        return "database-faults";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        int runs = effort == Effort.QUICK ? 1 : 3;
        List<Figure> figures = new ArrayList<>();
        figures.addAll(measure("hangs", runs, database, proxy -> proxy.setAll(Fault.HOLD)));
        figures.addAll(measure("black-holed", runs, database, proxy -> proxy.setAll(Fault.BLACK_HOLE)));
        figures.addAll(measure("reset, then refuses", runs, database, proxy -> {
            proxy.setArrivals(Fault.REFUSE);
            proxy.setEstablished(Fault.RESET);
        }));
        Samples killed = new Samples();
        for (int run = 0; run < runs; run++) {
            killAndRestart(killed);
        }
        figures.addAll(killed.figures(name(), "killed"));
        return figures;
    }

    private List<Figure> measure(String fault, int runs, EmbeddedMariaDb server, Break broken) throws Exception {
        Samples samples = new Samples();
        for (int run = 0; run < runs; run++) {
            Crowd.Result result = stop(fault, server, broken, samples);
            try (Inspector inspector = Inspector.of(server)) {
                samples.compare(result, inspector);
            }
        }
        return samples.figures(name(), fault);
    }

    private void killAndRestart(Samples samples) throws Exception {
        try (DrillFolder folder = DrillFolder.create()) {
            EmbeddedConfig config = EmbeddedConfig.at(folder.path(), "main", "d4");
            EmbeddedMariaDb server = new EmbeddedMariaDb(config);
            server.start();
            Crowd.Result result;
            try {
                result = stop("killed", server, proxy -> kill(server), samples);
            } finally {
                stopKilled(server);
            }
            EmbeddedMariaDb restarted = new EmbeddedMariaDb(config);
            restarted.start();
            try (Inspector inspector = Inspector.of(restarted)) {
                samples.compare(result, inspector);
            } finally {
                restarted.stop(Deadline.after(Duration.ofSeconds(10)));
            }
        }
    }

    /** Returns what has become of all transactions. */
    private static Crowd.Result stop(String fault, EmbeddedMariaDb server, Break broken, Samples samples)
            throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        try (FaultProxy proxy = FaultProxy.to(address);
                DrillService service = DrillService.start(
                        DrillService.environment(server, proxy.address().getPort()), DrillService.forAtOnce(POOL));
                Transactions longOnes = Transactions.begin(service, COUNT, MILLIS);
                Transactions shortOnes = Transactions.begin(service, SHORT_COUNT, SHORT_MILLIS, SHORT_GAP)) {
            Thread.sleep(MILLIS / 2);
            broken.happen(proxy);
            long begin = System.nanoTime();
            service.terminate();
            int code = service.awaitExit();
            samples.exit().add(DrillService.millisSince(begin));
            Crowd.Result result = longOnes.result().and(shortOnes.result());
            System.out.println("database-faults, " + fault + ": " + result.count(Outcome.ACKNOWLEDGED)
                    + " acknowledged, " + (result.count(Outcome.SHED) + result.count(Outcome.POOL_TIMEOUT))
                    + " answered 503, "
                    + result.count(Outcome.REFUSED) + " answered 500, "
                    + result.count(Outcome.LOST) + " not answered; exit code " + code + "; " + service.lastLine());
            samples.untrue().add(isTrue(code, service.lastLine(), result) ? 0 : 1);
            return result;
        }
    }

    /** Who is not answered has lost something; who is answered that it failed has not been told an untruth. */
    private static boolean isTrue(int code, String lastLine, Crowd.Result result) {
        boolean isNamed = lastLine.contains("Stopped with faults") && lastLine.contains(" failed ");
        return code == 1 ? isNamed : code == 0 && result.count(Outcome.LOST) == 0;
    }

    /** What the runs with one fault have shown. */
    private record Samples(Sample exit, Sample untrue, Sample acknowledged, Sample missing) {
        Samples() {
            this(new Sample(), new Sample(), new Sample(), new Sample());
        }

        /** Compares what has been acknowledged with what the database has. */
        void compare(Crowd.Result result, Inspector inspector) throws SQLException {
            inspector.look();
            long told = result.count(Outcome.ACKNOWLEDGED);
            acknowledged.add(told);
            missing.add(told - result.committed(Outcome.ACKNOWLEDGED, inspector));
        }

        List<Figure> figures(String part, String fault) {
            return List.of(
                    Figure.of(part, fault + ": SIGTERM to exit, median", exit.median(), "ms"),
                    Figure.of(part, fault + ": SIGTERM to exit, worst", exit.worst(), "ms")
                            .atMost(TOTAL_MILLIS),
                    Figure.of(part, fault + ": untrue exit code or nobody named, worst", untrue.worst(), "")
                            .atMost(0),
                    Figure.of(part, fault + ": acknowledged, fewest", acknowledged.least(), "")
                            .atLeast(1),
                    Figure.of(part, fault + ": acknowledged but not committed, worst", missing.worst(), "")
                            .atMost(0));
        }
    }

    private static void kill(EmbeddedMariaDb server) {
        List<ProcessHandle> processes = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("--port=" + server.port()))
                .toList();
        Check.that(!processes.isEmpty(), "no process of the database on port " + server.port());
        processes.forEach(ProcessHandle::destroyForcibly);
    }

    private static void stopKilled(EmbeddedMariaDb server) throws Exception {
        try {
            server.stop(Deadline.after(Duration.ofSeconds(10)));
        } catch (IllegalStateException ended) {
            Check.that(ended.getMessage().contains("ended by itself"), ended.getMessage());
        }
    }
}
