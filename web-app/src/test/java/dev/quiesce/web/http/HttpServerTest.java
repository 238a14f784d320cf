package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the HTTP server leaves: nothing that has been accepted is lost, and nothing that is idle holds it. */
@Timeout(30)
class HttpServerTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void connectionsThatWaitToBeAccepted_areAcceptedBeforeThePortCloses() throws Exception {
        try (Served served = Served.onAFreePort()) {
            CountDownLatch mayAccept = served.holdTheAcceptor();
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                clients.add(served.client());
            }
            Thread quiesce = new Thread(served.http()::quiesce);
            quiesce.start();
            await().pollInterval(Duration.ofMillis(1)).until(() -> quiesce.getState() == Thread.State.TIMED_WAITING);
            mayAccept.countDown();
            quiesce.join();

            for (RawClient client : clients) {
                client.send("GET /late HTTP/1.1\r\nHost: test\r\n\r\n");
            }
            Future<?> drain = threads.submit(() -> {
                served.drain(LONG);
                return null;
            });
            for (RawClient client : clients) {
                assertThat(client.answer()).contains("200 OK", "Connection: close", "answer to /late");
                client.close();
            }
            drain.get();
        }
    }

    @Test
    void newConnection_isRefused_onceThePortHasClosed() throws Exception {
        try (Served served = Served.onAFreePort()) {
            URI uri = served.uri();
            served.client().close();
            served.http().quiesce();

            assertThatThrownBy(() -> RawClient.connect(uri)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void responses_sayClose_fromTheMomentTheServiceLingers() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient client = served.client();
                RawClient slow = served.beginSlow()) {
            assertThat(client.get("/")).doesNotContain("Connection: close");
            served.http().linger(Deadline.after(Duration.ofMillis(20)));

            assertThat(client.get("/")).contains("200 OK", "Connection: close");
            assertThat(client.isAtEnd()).isTrue();
            served.endSlow();
            assertThat(slow.answer()).contains("200 OK", "Connection: close");
        }
    }

    @Test
    void linger_endsWhenNothingHasComeForTheQuietPeriod() throws Exception {
        try (Served served = Served.onAFreePort()) {
            long begin = System.nanoTime();
            Future<?> linger = threads.submit(() -> {
                served.http().linger(Deadline.after(LONG));
                return null;
            });
            for (int i = 0; i < 5; i++) {
                Thread.sleep(Served.QUIET.toMillis() / 3);
                try (RawClient client = served.client()) {
                    client.get("/");
                }
                assertThat(linger.isDone()).isFalse();
            }
            linger.get();

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isGreaterThan(Served.QUIET.multipliedBy(2))
                    .isLessThan(LONG);
        }
    }

    @Test
    void linger_endsAtItsDeadline_whileTrafficGoesOn() throws Exception {
        try (Served served = Served.onAFreePort()) {
            Future<?> linger = threads.submit(() -> {
                served.http().linger(Deadline.after(Duration.ofMillis(900)));
                return null;
            });
            int requests = 0;
            while (!linger.isDone()) {
                try (RawClient client = served.client()) {
                    assertThat(client.get("/")).contains("200 OK");
                    requests++;
                }
            }

            linger.get();
            assertThat(requests).isGreaterThan(10);
        }
    }

    @Test
    void idleAndSilentConnections_holdNobody() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient keptAlive = served.client();
                RawClient silent = served.client()) {
            keptAlive.get("/");
            await().until(() -> served.http().connectionCount() == 2);
            served.http().quiesce();
            long begin = System.nanoTime();
            served.drain(LONG);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(900));
            assertThat(keptAlive.isAtEnd()).isTrue();
            assertThat(silent.isAtEnd()).isTrue();
        }
    }

    @Test
    void idleConnections_areForgottenByTheThreadThatClosesThem() throws Exception {
        Set<Thread> forgetting = ConcurrentHashMap.newKeySet();
        try (Served served = Served.onAFreePort()) {
            served.connector().addBean(new Connection.Listener() {
                @Override
                public void onClosed(Connection connection) {
                    forgetting.add(Thread.currentThread());
                }
            });
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(served.client());
                clients.get(i).get("/");
            }
            served.http().quiesce();
            served.drain(LONG);

            for (RawClient client : clients) {
                assertThat(client.isAtEnd()).isTrue();
                client.close();
            }
            assertThat(forgetting).containsExactly(Thread.currentThread());
            assertThat(served.http().connectionCount()).isZero();
        }
    }

    @Test
    void clientThatDribbles_holdsNobody() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient client = served.client()) {
            client.send("GET / HTTP/1.1\r\n");
            await().until(() -> served.http().connectionCount() == 1);
            Future<?> dribble = threads.submit(() -> {
                while (true) {
                    client.send("X");
                    Thread.sleep(20);
                }
            });
            served.http().quiesce();
            served.drain(LONG);

            assertThat(served.http().connectionCount()).isZero();
            dribble.cancel(true);
        }
    }

    @Test
    void connectionThatWasNeverToldToClose_getsItsWindow_howeverLateItsResponseEnds() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient client = served.begin("/stream")) {
            served.http().quiesce();
            Future<?> drain = threads.submit(() -> {
                served.drain(LONG);
                return null;
            });
            // Longer than a connection is waited for that has had no request at all.
            await().during(Duration.ofMillis(1300)).until(() -> !drain.isDone());
            served.endSlow();
            assertThat(client.answer()).contains("200 OK").doesNotContain("Connection: close");
            // A moment in which the server looks for idle connections several times.
            await().pollInterval(Duration.ofMillis(5))
                    .during(Duration.ofMillis(30))
                    .until(() -> served.http().connectionCount() == 1);

            assertThat(client.get("/next")).contains("200 OK", "Connection: close");
            drain.get();
        }
    }

    @Test
    void requestThatOutlastsTheDrain_isNamed() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient slow = served.beginSlow()) {
            served.http().quiesce();

            assertThatThrownBy(() -> served.drain(Duration.ofMillis(100)))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageMatching("1 in flight: GET /\\* \\(\\d+ ms\\)");
            served.http().stop(Deadline.after(LONG));
            assertThat(slow.isAtEnd()).isTrue();
        }
    }

    @Test
    void requestThatNoSelectorHasNoticed_isServed_beforeItsConnectionIsClosed() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient client = served.client()) {
            assertThat(client.get("/")).contains("200 OK");
            CountDownLatch mayNotice = served.holdTheSelectors();
            client.send("GET /late HTTP/1.1\r\nHost: test\r\n\r\n");
            served.http().quiesce();
            Future<?> drain = threads.submit(() -> {
                served.drain(LONG);
                return null;
            });

            assertThat(client.answer()).contains("200 OK", "Connection: close");
            mayNotice.countDown();
            drain.get();
        }
    }

    @Test
    void requestThatIsReadJustWhenItsConnectionIsLookedAt_isServed() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (Served served = Served.onAFreePort();
                    RawClient client = served.client()) {
                assertThat(client.get("/")).contains("200 OK");
                WatchedEndPoint endPoint = (WatchedEndPoint)
                        served.connector().getConnectedEndPoints().iterator().next();
                served.http().quiesce();
                FutureTask<Void> drain = new FutureTask<>(() -> {
                    served.drain(LONG);
                    return null;
                });
                Thread draining = new Thread(drain);
                // Under the lock by which bytes are taken from the connection.
                synchronized (endPoint) {
                    draining.start();
                    await().until(() -> draining.getState() == Thread.State.BLOCKED);
                    client.send("GET /late HTTP/1.1\r\nHost: test\r\n\r\n");
                    await().until(() -> !endPoint.isWaiting());
                }

                assertThat(client.answer()).contains("200 OK", "Connection: close");
                drain.get();
            }
        }
    }

    @Test
    void pauseAfterAcceptingHasFailed_isOverWhenThePortIsToClose() throws Exception {
        try (Served served = Served.onAFreePort()) {
            FutureTask<Boolean> pause = new FutureTask<>(
                    () -> served.connector().handleAcceptFailure(new IOException("Too many open files")));
            Thread accepting = new Thread(pause);
            accepting.start();
            await().until(() -> accepting.getState() == Thread.State.TIMED_WAITING);
            served.http().quiesce();

            // It would take a second.
            assertThat(pause.get(700, TimeUnit.MILLISECONDS)).isTrue();
        }
    }

    @Test
    void moreRequestsThanThreads_areAllAnswered_whileTheyWaitForOne() throws Exception {
        try (Served served = Served.onAFreePort()) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                clients.add(served.client());
            }
            // To open a connection takes a thread as well.
            await().until(() -> served.http().connectionCount() == 300);
            for (RawClient client : clients) {
                client.send("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
            }
            served.http().quiesce();
            Future<?> drain = threads.submit(() -> {
                served.drain(LONG);
                return null;
            });
            await().during(Duration.ofMillis(1500)).until(() -> served.http().connectionCount() == 300);
            served.endSlow();

            for (RawClient client : clients) {
                assertThat(client.answer()).contains("200 OK");
                client.close();
            }
            drain.get();
        }
    }

    @Test
    void clientThatAsksForAnUpgrade_staysOnHttp1_whereItsRequestInFlightIsSafe() throws Exception {
        try (Served served = Served.onAFreePort()) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
            CompletableFuture<HttpResponse<String>> slow =
                    client.sendAsync(request(served, "/slow"), BodyHandlers.ofString());
            await().until(() -> served.http().inFlight().orElse(0) == 1);
            served.http().quiesce();
            served.endSlow();
            served.drain(LONG);

            assertThat(slow.get().body()).isEqualTo("answer to /slow");
            assertThat(slow.get().version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    private static HttpRequest request(Served served, String path) {
        return HttpRequest.newBuilder(served.uri().resolve(path)).timeout(LONG).build();
    }
}
