package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee11.servlet.SessionHandler;
import org.eclipse.jetty.session.ManagedSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the store ends, and what becomes of its sessions. */
@Timeout(30)
class MemorySessionsStopTest {
    private final DestructionListener listener = new DestructionListener(false);
    private MemorySessions sessions = new MemorySessions(SessionConfig.defaults());
    private TestServer server = new TestServer(sessions);

    private void serve() throws Exception {
        server.context.addEventListener(listener);
        server.server.start();
        sessions.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.server.stop();
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    private void open(int count) throws Exception {
        HttpClient withoutCookies = HttpClient.newHttpClient();
        for (int i = 0; i < count; i++) {
            assertThat(server.get(withoutCookies, "/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void stop_destroysEverySession_andTellsTheListenerOnceForEach() throws Exception {
        serve();
        open(25);

        sessions.stop(in(10_000));

        assertThat(sessions.destroyed()).isEqualTo(25);
        assertThat(listener.destroyed).hasSize(25);
        assertThat(listener.calls).hasValue(25);
        assertThat(sessions.size()).isZero();
        server.server.stop();
        assertThat(listener.calls).hasValue(25);
    }

    @Test
    void sessionsThatRequestsHaveEnded_areNotCounted() throws Exception {
        serve();
        open(2);
        server.get(HttpClient.newHttpClient(), "/leave");

        sessions.stop(in(10_000));

        assertThat(sessions.destroyed()).isEqualTo(2);
        assertThat(listener.calls).hasValue(3);
    }

    @Test
    void aListenerThatThrows_doesNotSaveTheOtherSessions_andIsReported() throws Exception {
        DestructionListener failing = new DestructionListener(true);
        server.context.addEventListener(failing);
        serve();
        open(7);

        assertThatThrownBy(() -> sessions.stop(in(10_000)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("listeners failed for 2 of 7 destroyed sessions; see the log");

        assertThat(failing.destroyed).hasSize(7);
        assertThat(sessions.size()).isZero();
        assertThat(sessions.destroyed()).isEqualTo(7);
    }

    @Test
    void anAttributeThatThrowsWhenItIsRemoved_isReportedToo() throws Exception {
        serve();
        open(2);
        SessionHandler handler = server.context.getSessionHandler();
        ManagedSession session = handler.getManagedSession(server.onlySessionId());
        session.setAttribute("failing", new HttpSessionBindingListener() {
            @Override
            public void valueUnbound(HttpSessionBindingEvent event) {
                throw new IllegalStateException("on purpose");
            }
        });

        assertThatThrownBy(() -> sessions.stop(in(10_000))).hasMessageContaining("1 of 2");

        assertThat(sessions.size()).isZero();
    }

    @Test
    void afterStop_noSessionCanBeMade() throws Exception {
        serve();
        sessions.stop(in(10_000));

        assertThat(server.get(HttpClient.newHttpClient(), "/").statusCode()).isEqualTo(500);
        assertThat(sessions.size()).isZero();
    }

    @Test
    void requestsThatMakeSessionsWhileStopRuns_leaveNoneBehind() throws Exception {
        serve();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger made = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                HttpClient client = HttpClient.newHttpClient();
                running.add(clients.submit(() -> {
                    while (!done.get()) {
                        if (server.get(client, "/")
                                .headers()
                                .firstValue("Set-Cookie")
                                .isPresent()) {
                            made.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            await().until(() -> made.get() > 50);
            sessions.stop(in(10_000));
            int left = sessions.size();
            done.set(true);
            for (Future<?> client : running) {
                client.get(10, TimeUnit.SECONDS);
            }

            assertThat(left).isZero();
            assertThat(sessions.size()).isZero();
            assertThat(sessions.destroyed()).isGreaterThan(50);
            assertThat(listener.destroyed).hasSize(sessions.destroyed());
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void aListenerThatHangs_isInterrupted_andWhatIsLeftIsReported() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch hanging = new CountDownLatch(1);
        server.context.addEventListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                entered.countDown();
                try {
                    hanging.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        serve();
        open(3);
        AtomicInteger left = new AtomicInteger();
        Thread stopping = new Thread(() -> {
            try {
                sessions.stop(in(10_000));
            } catch (InterruptedException e) {
                left.set(Integer.parseInt(e.getMessage().split(" ")[0]));
            } catch (TimeoutException e) {
                left.set(-1);
            }
        });
        stopping.start();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        stopping.interrupt();
        stopping.join(10_000);

        assertThat(left).hasValue(2);
        assertThat(sessions.destroyed()).isEqualTo(1);
        hanging.countDown();
    }

    @Test
    void withNoTimeLeft_whatIsLeftIsReported() throws Exception {
        serve();
        open(3);

        assertThatThrownBy(() -> sessions.stop(in(0)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("3 sessions were not destroyed by the deadline");
        sessions.stop(in(10_000));

        assertThat(sessions.destroyed()).isEqualTo(3);
    }

    @Test
    void stopTwice_isStopOnce() throws Exception {
        serve();
        open(3);

        sessions.stop(in(10_000));
        sessions.stop(in(10_000));

        assertThat(sessions.destroyed()).isEqualTo(3);
        assertThat(listener.calls).hasValue(3);
    }

    @Test
    void stopBeforeStart_isSafe_andTheStoreDoesNotStartAfterwards() throws Exception {
        sessions.stop(in(1000));

        assertThatThrownBy(sessions::start).hasMessageContaining("has been stopped");
        server.server.start();
        assertThat(server.get(HttpClient.newHttpClient(), "/").statusCode()).isEqualTo(500);
    }

    @Test
    void stopWithNothingToManage_isSafe_andStartIsRefused() throws Exception {
        MemorySessions unused = new MemorySessions(SessionConfig.defaults());

        assertThatThrownBy(unused::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("manage");
        unused.stop(in(1000));

        assertThat(unused.size()).isZero();
    }

    @Test
    void aServerThatStopsFirst_stillTellsTheListeners() throws Exception {
        serve();
        open(3);

        server.server.stop();
        sessions.stop(in(1000));

        assertThat(listener.destroyed).hasSize(3);
        assertThat(sessions.size()).isZero();
        assertThat(sessions.destroyed()).isZero();
    }
}
