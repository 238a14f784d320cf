package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerThreadsTest {
    private static final int MOST = 100;
    private static final int LEAST = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ServerThreads threads = new ServerThreads("test-threads", MOST, LEAST);
    private final Server server = new Server(threads);
    private final ServerConnector connector = new ServerConnector(server);
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void startWithAllThreads() throws Exception {
        server.start();
        int spare = MOST - threads.getThreads();
        CountDownLatch busy = new CountDownLatch(spare);
        for (int i = 0; i < spare; i++) {
            threads.execute(() -> {
                busy.countDown();
                hold(release);
            });
        }
        busy.await();
        assertThat(threads.getThreads()).isGreaterThanOrEqualTo(spare);
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        server.stop();
        threads.stop();
    }

    @Test
    void threadsWithoutWork_stay_untilTheServiceLeaves_andEndThen() {
        int all = threads.getThreads();
        release.countDown();
        await().atMost(PATIENCE).until(() -> threads.getBusyThreads() == 0);
        assertThat(threads.getThreads()).isEqualTo(all);

        threads.leave();

        await().atMost(PATIENCE).until(() -> threads.getThreads() == LEAST);
    }

    @Test
    void threadsThatGetFree_whenTheServiceHasLeft_end() {
        threads.leave();
        release.countDown();

        await().atMost(PATIENCE).until(() -> threads.getThreads() == LEAST);
    }

    @Test
    void work_isDone_whenTheThreadsHaveEnded() throws Exception {
        threads.leave();
        release.countDown();
        await().atMost(PATIENCE).until(() -> threads.getThreads() == LEAST);

        CountDownLatch done = new CountDownLatch(2 * LEAST);
        for (int i = 0; i < 2 * LEAST; i++) {
            threads.execute(() -> {
                done.countDown();
                hold(done);
            });
        }

        await().atMost(PATIENCE).until(() -> done.getCount() == 0);
    }

    @Test
    void stop_leavesIdleThreadsToEndALittleLater() throws Exception {
        release.countDown();
        await().atMost(PATIENCE).until(() -> threads.getBusyThreads() == 0);

        ServerStop.stop(server, connector, Deadline.after(PATIENCE));

        assertThat(threads.getThreads()).isGreaterThan(LEAST);
        assertThat(server.isStopped()).isTrue();
        await().atMost(PATIENCE).until(() -> threadsAlive() == 0);
    }

    @Test
    void stop_interruptsWhatStillRuns_andWaitsForIt() throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        release.countDown();
        await().atMost(PATIENCE).until(() -> threads.getBusyThreads() == 0);
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        threads.execute(() -> {
            began.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
        began.await();

        ServerStop.stop(server, connector, Deadline.after(Duration.ofMillis(400)));

        assertThat(interrupted).isTrue();
        assertThat(threads.isStopped()).isTrue();
        assertThat(threads.getThreads()).isZero();
    }

    private static long threadsAlive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("test-threads") && thread.isAlive())
                .count();
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
