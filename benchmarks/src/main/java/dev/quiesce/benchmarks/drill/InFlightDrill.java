package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Requests in flight, and connections that are idle, when the service is told to stop. */
final class InFlightDrill implements Part {

    private static final int REQUESTS = 200;
    private static final int MILLIS = 2000;
    private static final int IDLE = 300;
    private static final int KILLED_BY_SIGTERM = 143;

    private final EmbeddedMariaDb database;

    InFlightDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "in-flight";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample unanswered = new Sample();
        Sample afterLast = new Sample();
        Sample ofImage = new Sample();
        Sample ofJetty = new Sample();
        Sample idleExit = new Sample();
        try (ShippedJvm jvm = ShippedJvm.train(database)) {
            for (int run = 0; run < effort.seeds(); run++) {
                try (DrillService service = DrillService.start(database)) {
                    afterLast.add(inFlight(service, unanswered, 0));
                }
                try (DrillService service = DrillService.start(jvm.options(), database)) {
                    ofImage.add(inFlight(service, unanswered, 0));
                }
                try (DrillService jetty = DrillService.of(GracefulJetty.class)) {
                    ofJetty.add(inFlight(jetty, new Sample(), KILLED_BY_SIGTERM));
                }
                idle(idleExit);
            }
        }
        return List.of(
                Figure.of(
                                name(),
                                REQUESTS + " requests of " + MILLIS + " ms: not answered 200, worst",
                                unanswered.worst(),
                                "")
                        .atMost(0),
                Figure.of(name(), REQUESTS + " requests: last answer to exit, median", afterLast.median(), "ms")
                        .atMost(30),
                Figure.of(
                                name(),
                                REQUESTS
                                        + " requests: the same with the JVM's options and archive of the image, median",
                                ofImage.median(),
                                "ms")
                        .atMost(30),
                Figure.of(
                        name(),
                        REQUESTS + " requests: the same of Jetty alone, which loses some, median",
                        ofJetty.median(),
                        "ms"),
                Figure.of(name(), IDLE + " idle connections: SIGTERM to exit, median", idleExit.median(), "ms")
                        .atMost(250));
    }

    /** Returns the time from the last answer to the exit. */
    private static double inFlight(DrillService service, Sample unanswered, int expectedCode) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
        List<DrillClient> clients = new ArrayList<>();
        try {
            List<Future<Long>> answers = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                DrillClient client = DrillClient.connect(service.address());
                clients.add(client);
                client.send("/drill/sleep?ms=" + MILLIS);
                answers.add(threads.submit(() -> client.answer().status() == 200 ? System.nanoTime() : null));
            }
            Thread.sleep(MILLIS / 4);
            service.terminate();
            int code = service.awaitExit();
            long exited = System.nanoTime();
            Check.that(code == expectedCode, "exit code " + code + ": " + service.lastLine());
            int missing = 0;
            long last = 0;
            for (Future<Long> answer : answers) {
                Long at = answered(answer);
                missing += at == null ? 1 : 0;
                last = Math.max(last, at == null ? last : at);
            }
            unanswered.add(missing);
            return (exited - last) / 1e6;
        } finally {
            threads.shutdown();
            for (DrillClient client : clients) {
                client.close();
            }
        }
    }

    private static Long answered(Future<Long> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException lost) {
            System.err.println("Lost: " + lost.getCause());
            return null;
        }
    }

    private void idle(Sample exit) throws Exception {
        try (DrillService service = DrillService.start(database)) {
            List<DrillClient> clients = new ArrayList<>();
            for (int i = 0; i < IDLE; i++) {
                DrillClient client = DrillClient.connect(service.address());
                client.send("/drill/sleep?ms=0");
                Check.that(client.answer().status() == 200, "the service does not serve");
                clients.add(client);
            }
            Thread.sleep(1000);
            long begin = System.nanoTime();
            service.terminate();
            int code = service.awaitExit();
            exit.add(DrillService.millisSince(begin));
            Check.that(code == 0, "exit code " + code + ": " + service.lastLine());
            for (DrillClient client : clients) {
                client.close();
            }
        }
    }
}
