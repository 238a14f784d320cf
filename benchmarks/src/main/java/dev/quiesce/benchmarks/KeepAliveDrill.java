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

/** Clients that keep their connections and ask again and again while the service is told to stop, without a linger. */
final class KeepAliveDrill implements Part {

    private static final int CLIENTS = 300;
    private static final int THINK_MILLIS = 20;
    private static final double MOST_EXIT_MILLIS = 300;

    private final EmbeddedMariaDb database;

    KeepAliveDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "keep-alive";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample lost = new Sample();
        Sample refused = new Sample();
        Sample exit = new Sample();
        Sample answered = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            try (DrillService service = DrillService.start(database)) {
                Load load = new Load(service);
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
        String clients = CLIENTS + " clients, think time " + THINK_MILLIS + " ms: ";
        return List.of(
                Figure.of(name(), clients + "answered, median", answered.median(), "requests"),
                Figure.of(name(), clients + "lost, worst of " + effort.seeds(), lost.worst(), "requests")
                        .atMost(0),
                Figure.of(name(), clients + "answered 503, worst", refused.worst(), "requests")
                        .atMost(0),
                Figure.of(name(), clients + "SIGTERM to exit, median", exit.median(), "ms")
                        .atMost(MOST_EXIT_MILLIS),
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

        Load(DrillService service) throws InterruptedException {
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
                try (DrillClient client = DrillClient.connect(service.address())) {
                    if (first) {
                        connected.countDown();
                        first = false;
                    }
                    askOn(client);
                } catch (ConnectException stopped) {
                    return;
                }
            }
        }

        /** Asks until the connection is closed, or may no longer be used. */
        private void askOn(DrillClient client) throws Exception {
            boolean open = true;
            while (open) {
                Thread.sleep(ThreadLocalRandom.current().nextInt(2 * THINK_MILLIS));
                try {
                    if (client.hasEnded()) {
                        return;
                    }
                    client.send("/drill/sleep?ms=0");
                    DrillClient.Answer answer = client.answer();
                    (answer.status() == 200 ? answered : unavailable).incrementAndGet();
                    open = !answer.closes();
                } catch (IOException e) {
                    lost.incrementAndGet();
                    example.set(e);
                    return;
                }
            }
        }
    }
}
