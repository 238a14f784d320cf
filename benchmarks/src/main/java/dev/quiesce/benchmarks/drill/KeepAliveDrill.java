package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that keep their connections and ask again and again while the service is told to stop. */
final class KeepAliveDrill implements Part {

    private static final int CLIENTS = 300;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration MOST_MARGIN = Duration.ofMillis(200);

    /** Busy clients that also open connections before they have anything to ask, and no time for them. */
    private static final Round BUSY = new Round("think time 20 ms, linger 0", 40, true, Duration.ZERO, 300);

    /**
     * Clients that think, and a linger that is longer than any of them does: each of them asks at least once while it lasts, and
     * none is ever silent for so long that it could end early.
     */
    private static final Round THINKING =
            new Round("think time up to 2 s, linger 3 s", 2000, false, Duration.ofSeconds(3), 3300);

    private final EmbeddedMariaDb database;

    KeepAliveDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    /**
     * What the clients and the service do.
     *
     * @param what its name
     * @param mostThinkMillis the longest time that a client takes before a request; some take none
     * @param connectsAhead whether a client thinks when it has connected; otherwise it connects when it has something to ask
     * @param linger the service's linger; a client that is refused before it is over has lost a request
     * @param mostExitMillis the longest time that the stop may take
     */
    private record Round(
            String what, int mostThinkMillis, boolean connectsAhead, Duration linger, double mostExitMillis) {

        boolean lingers() {
            return !linger.isZero();
        }

        /** What waits for traffic to go has a deadline that lies a tenth, at most 200 ms, before the end of the linger. */
        Duration leastLinger() {
            Duration margin = linger.dividedBy(10);
            return linger.minus(margin.compareTo(MOST_MARGIN) < 0 ? margin : MOST_MARGIN);
        }
    }

    @Override
    public String name() {
        return "keep-alive";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        List<Figure> figures = new ArrayList<>(measure(effort, BUSY));
        figures.addAll(measure(effort, THINKING));
        return figures;
    }

    private List<Figure> measure(Effort effort, Round round) throws Exception {
        Sample lost = new Sample();
        Sample refused = new Sample();
        Sample exit = new Sample();
        Sample answered = new Sample();
        Sample answeredWhileStopping = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(
                            database, "--shutdown-linger=" + round.linger().toMillis() + "ms");
                    Load load = new Load(service, round)) {
                load.awaitConnected();
                Thread.sleep(effort.rounds() * 2000L);
                long begin = System.nanoTime();
                service.terminate();
                int answeredBefore = load.answered.get();
                int code = service.awaitExit();
                exit.add(DrillService.millisSince(begin));
                load.awaitEnd();
                Check.that(code == 0, "exit code " + code + ": " + service.lastLine());
                if (load.lost.get() > 0) {
                    System.err.println("Lost, for example: " + load.example.get());
                }
                int early = load.refusedBefore(begin + round.leastLinger().toNanos());
                if (early > 0) {
                    System.err.println(early + " clients were refused before the linger was over");
                }
                lost.add(load.lost.get() + early);
                refused.add(load.unavailable.get());
                answered.add(load.answered.get());
                answeredWhileStopping.add(load.answered.get() - answeredBefore);
            }
        }
        String clients = CLIENTS + " clients, " + round.what() + ": ";
        // Without one, nobody would have asked when there was something to lose.
        int leastWhileStopping = round.lingers() ? CLIENTS : 1;
        List<Figure> figures = new ArrayList<>(List.of(
                Figure.of(name(), clients + "answered, median", answered.median(), "requests"),
                Figure.of(name(), clients + "lost, worst of " + effort.seeds(), lost.worst(), "requests")
                        .atMost(0),
                Figure.of(name(), clients + "answered 503, worst", refused.worst(), "requests")
                        .atMost(0),
                Figure.of(name(), clients + "SIGTERM to exit, median", exit.median(), "ms")
                        .atMost(round.mostExitMillis()),
                Figure.of(name(), clients + "SIGTERM to exit, worst", exit.worst(), "ms"),
                Figure.of(name(), clients + "answered after SIGTERM, fewest", answeredWhileStopping.least(), "requests")
                        .atLeast(leastWhileStopping)));
        if (round.lingers()) {
            figures.add(Figure.of(name(), clients + "SIGTERM to exit, fastest", exit.least(), "ms")
                    .atLeast(round.leastLinger().toMillis()));
        }
        return figures;
    }

    /** The clients, each on a thread of its own. */
    private static final class Load implements AutoCloseable {
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger lost = new AtomicInteger();
        private final AtomicInteger unavailable = new AtomicInteger();
        private final AtomicReference<IOException> example = new AtomicReference<>();
        private final Queue<Long> refusals = new ConcurrentLinkedQueue<>();
        private final CountDownLatch connected = new CountDownLatch(CLIENTS);
        private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        private final List<Future<?>> clients = new ArrayList<>();

        private final Round round;

        Load(DrillService service, Round round) {
            this.round = round;
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> {
                    ask(service);
                    return null;
                }));
            }
        }

        void awaitConnected() throws InterruptedException, TimeoutException {
            if (!connected.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new TimeoutException(
                        connected.getCount() + " of " + CLIENTS + " clients have not connected within "
                                + PATIENCE.toSeconds() + " s; refused: " + refusals.size());
            }
        }

        /** Waits until every client has been refused. */
        void awaitEnd() throws Exception {
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (Future<?> client : clients) {
                client.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        }

        /** Returns how many clients were refused before a point on the clock. */
        int refusedBefore(long point) {
            return (int) refusals.stream().filter(at -> at - point < 0).count();
        }

        @Override
        public void close() {
            threads.shutdownNow();
        }

        private void ask(DrillService service) throws Exception {
            boolean first = true;
            while (true) {
                if (!round.connectsAhead()) {
                    think();
                }
                try (DrillClient client = DrillClient.connect(service.address())) {
                    if (first) {
                        connected.countDown();
                        first = false;
                    }
                    if (round.connectsAhead()) {
                        think();
                    }
                    askOn(client);
                } catch (ConnectException refused) {
                    refusals.add(System.nanoTime());
                    return;
                }
            }
        }

        private void think() throws InterruptedException {
            Thread.sleep(ThreadLocalRandom.current().nextInt(round.mostThinkMillis()));
        }

        /** Asks until the connection is closed, or may no longer be used. */
        private void askOn(DrillClient client) throws Exception {
            while (true) {
                try {
                    if (client.hasEnded()) {
                        return;
                    }
                    client.send("/drill/sleep?ms=0");
                    DrillClient.Answer answer = client.answer();
                    (answer.status() == 200 ? answered : unavailable).incrementAndGet();
                    if (answer.closes()) {
                        return;
                    }
                } catch (IOException e) {
                    lost.incrementAndGet();
                    example.set(e);
                    return;
                }
                think();
            }
        }
    }
}
