package dev.quiesce.benchmarks;

import dev.quiesce.benchmarks.Attempt.Outcome;
import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The database fails at the moment at which the service is told to stop, with transactions in flight. */
final class DatabaseFaultDrill implements Part {
    private static final int COUNT = 10;
    private static final int MILLIS = 2000;

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
        Sample exit = new Sample();
        Sample wrong = new Sample();
        for (int run = 0; run < runs; run++) {
            EmbeddedMariaDb own = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
            own.start();
            try {
                stop("killed", own, proxy -> kill(own), exit, wrong);
            } finally {
                stopKilled(own);
            }
        }
        figures.addAll(figures("killed", exit, wrong));
        return figures;
    }

    private List<Figure> measure(String fault, int runs, EmbeddedMariaDb server, Break broken) throws Exception {
        Sample exit = new Sample();
        Sample wrong = new Sample();
        for (int run = 0; run < runs; run++) {
            stop(fault, server, broken, exit, wrong);
        }
        return figures(fault, exit, wrong);
    }

    private List<Figure> figures(String fault, Sample exit, Sample wrong) {
        return List.of(
                Figure.of(name(), fault + ": SIGTERM to exit, median", exit.median(), "ms"),
                Figure.of(name(), fault + ": SIGTERM to exit, worst", exit.worst(), "ms")
                        .atMost(TOTAL_MILLIS),
                Figure.of(name(), fault + ": untrue exit code or nobody named, worst", wrong.worst(), "")
                        .atMost(0));
    }

    private void stop(String fault, EmbeddedMariaDb server, Break broken, Sample exit, Sample wrong) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        try (FaultProxy proxy = FaultProxy.to(address);
                DrillService service = DrillService.start(
                        DrillService.environment(server, proxy.address().getPort()));
                Transactions transactions = Transactions.begin(service, COUNT, MILLIS)) {
            Thread.sleep(MILLIS / 2);
            broken.happen(proxy);
            long begin = System.nanoTime();
            service.terminate();
            int code = service.awaitExit();
            exit.add(DrillService.millisSince(begin));
            Crowd.Result result = transactions.result();
            System.out.println("database-faults, " + fault + ": " + result.count(Outcome.ACKNOWLEDGED)
                    + " acknowledged, " + (result.count(Outcome.SHED) + result.count(Outcome.POOL_TIMEOUT))
                    + " answered 503, "
                    + result.count(Outcome.REFUSED) + " answered 500, "
                    + result.count(Outcome.LOST) + " not answered; exit code " + code + "; " + service.lastLine());
            wrong.add(isTrue(code, service.lastLine(), result) ? 0 : 1);
        }
    }

    /** Who is not answered has lost something; who is answered that it failed has not been told an untruth. */
    private static boolean isTrue(int code, String lastLine, Crowd.Result result) {
        boolean isNamed = lastLine.contains("Stopped with faults") && lastLine.contains(" failed ");
        return code == 1 ? isNamed : code == 0 && result.count(Outcome.LOST) == 0;
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
