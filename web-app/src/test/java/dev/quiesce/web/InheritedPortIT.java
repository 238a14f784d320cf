package dev.quiesce.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.InheritingInstance;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A port that never closes, since somebody else keeps it: the service is restarted on it under load. */
@ExtendWith(ServiceDatabase.Extension.class)
class InheritedPortIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 8;
    private static final int RUNS = 3;

    private final ServiceDatabase database;

    InheritedPortIT(ServiceDatabase database) {
        this.database = database;
    }

    @Test
    void restartsOnAnInheritedPort_refuseAndLoseNothing() throws Exception {
        Launch launch = new Launch(Path.of("target", "quiesce-web-app.jar"), database.environment(), List.of());
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (InheritingInstance instance = InheritingInstance.start(launch)) {
            Load load = new Load(URI.create("http://" + instance.place()));
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(load));
            }
            for (int run = 1; run <= RUNS; run++) {
                int before = load.answered.get();
                // Long enough for all that is prepared after the start, in order to close a port that is not shared.
                await().atMost(PATIENCE)
                        .pollDelay(Duration.ofMillis(2500))
                        .until(() -> load.answered.get() > before + 100);
                if (run < RUNS) {
                    instance.restart();
                }
            }
            load.ending.set(true);
            for (Future<?> client : clients) {
                client.get();
            }

            assertThat(load.failures).isEmpty();
            assertThat(load.answered.get()).isGreaterThan(RUNS * 100);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Asks again and again, each time on a connection of its own. */
    private static final class Load implements Runnable {
        private final URI uri;
        private final AtomicBoolean ending = new AtomicBoolean();
        private final AtomicInteger answered = new AtomicInteger();
        private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

        Load(URI uri) {
            this.uri = uri;
        }

        @Override
        public void run() {
            while (!ending.get()) {
                try (RawClient client = RawClient.connect(uri)) {
                    String answer = client.get("/drill/sleep?ms=1");
                    if (answer.contains("200 OK")) {
                        answered.incrementAndGet();
                    } else {
                        failures.add(answer);
                    }
                } catch (IOException e) {
                    failures.add(e.toString());
                }
            }
        }
    }
}
