package dev.quiesce.benchmarks;

import dev.quiesce.db.EmbeddedMariaDb;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that keep their connections and ask again and again while the service is told to stop. */
final class KeepAliveDrill implements Part {

    private static final int CLIENTS = 300;

    /** Busy clients that also open connections before they have anything to ask, and no time for them. */
    private static final Round BUSY = new Round("think time 20 ms, linger 0", 40, true, "0s", 300);

    /** Clients that think, and a linger that is longer than any of them does. The stop takes as long as that at least. */
    private static final Round THINKING = new Round("think time up to 2 s, linger 3 s", 2000, false, "3s", 3300);

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
     * @param linger the service's linger
     * @param mostExitMillis the longest time that the stop may take
     */
    private record Round(
            String what, int mostThinkMillis, boolean connectsAhead, String linger, double mostExitMillis) {}

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
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(database, "--shutdown-linger=" + round.linger())) {
                Load load = new Load(service, round);
                Thread.sleep(effort.rounds() * 2000L);
                long begin = System.nanoTime();
                service.terminate();
                int code = service.awaitExit();
                exit.add(DrillService.millisSince(begin));
                load.end();
                Check.that(code == 0, "exit code " + code + ": " + service.lastLine());
                if (load.lost.get() > 0) {
                    System.err.println("Lost, for example: " + load.example.get());
                }
                lost.add(load.lost.get());
                refused.add(load.unavailable.get());
                answered.add(load.answered.get());
            }
        }
        String clients = CLIENTS + " clients, " + round.what() + ": ";
        return List.of(
                Figure.of(name(), clients + "answered, median", answered.median(), "requests"),
                Figure.of(name(), clients + "lost, worst of " + effort.seeds(), lost.worst(), "requests")
                        .atMost(0),
                Figure.of(name(), clients + "answered 503, worst", refused.worst(), "requests")
                        .atMost(0),
                Figure.of(name(), clients + "SIGTERM to exit, median", exit.median(), "ms")
                        .atMost(round.mostExitMillis()),
                Figure.of(name(), clients + "SIGTERM to exit, worst", exit.worst(), "ms"));
    }

    /** The clients, each on a thread of its own. */
    private static final class Load {
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger lost = new AtomicInteger();
        private final AtomicInteger unavailable = new AtomicInteger();
        private final AtomicReference<IOException> example = new AtomicReference<>();
        private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        private final List<Future<?>> clients = new ArrayList<>();

        private final Round round;

        Load(DrillService service, Round round) throws InterruptedException {
            this.round = round;
            CountDownLatch connected = new CountDownLatch(CLIENTS);
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> {
                    ask(service, connected);
                    return null;
                }));
            }
            connected.await();
        }

        void end() throws Exception {
            for (Future<?> client : clients) {
                client.get();
            }
            threads.shutdown();
        }

        private void ask(DrillService service, CountDownLatch connected) throws Exception {
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
                } catch (ConnectException stopped) {
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
