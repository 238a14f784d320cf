package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of requests that are more than can be served, on real connections. */
@Timeout(30)
class AdmissionTest {
    private final Semaphore mayEnd = new Semaphore(0);
    private final Semaphore mayEndFree = new Semaphore(0);
    private final List<String> served = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Admission admission;
    private Served server;

    @AfterEach
    void stop() {
        mayEnd.release(1000);
        mayEndFree.release(1000);
        server.close();
        threads.shutdownNow();
    }

    @Test
    void requestsBeyondTheLimit_waitWithoutAThread_andAreServedInTheirTurn() throws Exception {
        start(new AdmissionConfig(2, 300, Duration.ofSeconds(20), Duration.ZERO));
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            clients.add(ask("/slow"));
        }
        awaitWaiting(298);
        assertThat(served).hasSize(2);
        mayEnd.release(300);

        for (RawClient client : clients) {
            assertThat(client.answer()).contains("200 OK");
            client.close();
        }
        awaitNobodyInside();
        assertThat(served).hasSize(300);
    }

    @Test
    void whoFindsNoPlace_isToldWhenToComeBack_onAConnectionThatStaysOpen() throws Exception {
        start(new AdmissionConfig(1, 0, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient client = server.client();

        String answer = client.get("/slow");
        assertThat(answer).contains("503 Service Unavailable", "Content-Type: application/problem+json");
        assertThat(answer).containsPattern("Retry-After: [1-6]\r\n").contains("\"status\":503", "come back in ");
        assertThat(gauge("admissionShedFull")).isEqualTo(1);
        mayEnd.release(2);
        assertThat(inside.answer()).contains("200 OK");
        awaitNobodyInside();
        assertThat(client.get("/slow")).contains("200 OK");
    }

    @Test
    void whoSaysHowLongItWaits_isAnsweredByThen() throws Exception {
        start(new AdmissionConfig(1, 10, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient impatient = server.client();
        long begin = System.nanoTime();
        impatient.send("GET /slow HTTP/1.1\r\nHost: test\r\nX-Request-Deadline-Ms: 300\r\n\r\n");

        assertThat(impatient.answer()).contains("503 Service Unavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("while it still listens, if this machine is not too busy")
                .isBetween(Duration.ofMillis(180), Duration.ofMillis(600));
        assertThat(gauge("admissionShedLate")).isEqualTo(1);
        mayEnd.release();
        assertThat(inside.answer()).contains("200 OK");
    }

    @Test
    void whoHasLeft_isNotServed() throws Exception {
        start(new AdmissionConfig(1, 100, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        List<RawClient> leavers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            leavers.add(ask("/left"));
        }
        RawClient stays = ask("/stays");
        awaitWaiting(51);
        for (RawClient leaver : leavers) {
            leaver.close();
        }
        mayEnd.release(100);

        assertThat(inside.answer()).contains("200 OK");
        assertThat(stays.answer()).contains("200 OK", "answer to /stays");
        await().until(() -> gauge("admissionLeft") == 50);
        assertThat(served).containsExactlyInAnyOrder("/slow", "/stays");
        awaitNobodyInside();
    }

    @Test
    void whoHasLeftBeforeItsRequestIsRead_isNotServed_thoughThereIsAPlace() throws Exception {
        start(new AdmissionConfig(2, 100, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        try (RawClient left = server.client()) {
            // The second request is read when the first has been answered, and the end is there by then.
            left.send("GET /free/slow HTTP/1.1\r\nHost: test\r\n\r\nGET /left HTTP/1.1\r\nHost: test\r\n\r\n");
            left.endOutput();
            await().until(() -> served.size() == 2);
            mayEndFree.release();

            assertThat(left.answer()).endsWith("answer to /free/slow");
            assertThat(left.answer()).contains("503 Service Unavailable");
        }
        assertThat(gauge("admissionLeft")).isEqualTo(1);
        mayEnd.release();
        assertThat(inside.answer()).contains("200 OK");
        assertThat(served).containsExactly("/slow", "/free/slow");
        awaitNobodyInside();
    }

    @Test
    void placesOfThoseWhoHaveLeft_areGivenToOthers() throws Exception {
        start(new AdmissionConfig(1, 5, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        List<RawClient> leavers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            leavers.add(ask("/left"));
        }
        awaitWaiting(5);
        for (RawClient leaver : leavers) {
            leaver.close();
        }
        RawClient late = ask("/late");
        awaitWaiting(1);
        mayEnd.release(2);

        assertThat(inside.answer()).contains("200 OK");
        assertThat(late.answer()).contains("200 OK", "answer to /late");
    }

    @Test
    void whatFollowsOnTheConnection_isNotLost_whenItIsSeenWhetherTheClientIsThere() throws Exception {
        start(new AdmissionConfig(1, 5, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient client = server.client();
        // More than is read before a request comes to its turn.
        String begin = "x".repeat(EarlyBody.MOST);
        client.send(
                "POST /body HTTP/1.1\r\nHost: test\r\nContent-Length: " + (begin.length() + 5) + "\r\n\r\n" + begin);
        awaitWaiting(1);
        client.send("world");
        client.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n");
        mayEnd.release(3);

        assertThat(inside.answer()).contains("200 OK");
        assertThat(client.answer()).endsWith("answer to /body " + begin + "world");
        assertThat(client.answer()).endsWith("answer to /next");
    }

    @Test
    void nextRequest_isServed_thoughItsBytesWereReadToSeeWhetherTheClientIsThere() throws Exception {
        start(new AdmissionConfig(1, 5, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient client = ask("/first");
        awaitWaiting(1);
        client.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n");
        mayEnd.release(3);

        assertThat(inside.answer()).contains("200 OK");
        assertThat(client.answer()).endsWith("answer to /first");
        assertThat(client.answer()).endsWith("answer to /next");
    }

    @Test
    void bodyOfARequestThatIsSentAway_isReadFirst_ifItIsSmall() throws Exception {
        start(new AdmissionConfig(1, 0, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient client = server.client();
        client.send("POST /body HTTP/1.1\r\nHost: test\r\nContent-Length: 11\r\n\r\nhello ");
        client.send("world");

        assertThat(client.answer()).contains("503 Service Unavailable").doesNotContain("Connection: close");
        assertThat(gauge("admissionShedFull")).isEqualTo(1);
        mayEnd.release(2);
        assertThat(inside.answer()).contains("200 OK");
        awaitNobodyInside();
        assertThat(client.get("/next")).contains("200 OK");
    }

    @Test
    void uploadThatIsSentAway_isNotReadToItsEnd() throws Exception {
        start(new AdmissionConfig(1, 0, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient client = server.client();
        String begin = "x".repeat(EarlyBody.MOST);
        client.send("POST /body HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(begin.length()) + "\r\n" + begin + "\r\n");

        assertThat(client.answer()).contains("503 Service Unavailable", "Connection: close");
        await().until(() -> server.http().inFlight().orElseThrow() == 1);
        mayEnd.release(2);
        assertThat(inside.answer()).contains("200 OK");
    }

    @Test
    void oldestOfAQueueThatStands_makesPlaceForTheNewest() throws Exception {
        start(new AdmissionConfig(1, 1, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient oldest = ask("/oldest");
        awaitWaiting(1);
        // A queue stands when its first has waited for 100 ms.
        Thread.sleep(150);
        RawClient newest = ask("/newest");

        assertThat(oldest.answer()).contains("503 Service Unavailable");
        mayEnd.release(2);
        assertThat(inside.answer()).contains("200 OK");
        assertThat(newest.answer()).contains("200 OK");
    }

    @Test
    void otherRequests_areNotHeldUp() throws Exception {
        start(new AdmissionConfig(1, 5, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient waits = ask("/slow");
        awaitWaiting(1);

        try (RawClient client = server.client()) {
            assertThat(client.get("/free")).contains("200 OK");
        }
        mayEnd.release(2);
        assertThat(inside.answer()).contains("200 OK");
        assertThat(waits.answer()).contains("200 OK");
    }

    @Test
    void requestsThatWait_areServed_whenTheServiceStops() throws Exception {
        start(new AdmissionConfig(1, 5, Duration.ofSeconds(20), Duration.ZERO));
        RawClient inside = ask("/slow");
        await().until(() -> served.size() == 1);
        RawClient waits = ask("/slow");
        awaitWaiting(1);
        server.http().quiesce();
        Future<?> drain = threads.submit(() -> {
            server.drain(Duration.ofSeconds(10));
            return null;
        });
        // Longer than idle connections get, for which those must not be taken.
        await().during(Duration.ofMillis(500))
                .until(() -> !drain.isDone() && server.http().connectionCount() == 2);
        mayEnd.release(2);

        assertThat(inside.answer()).contains("200 OK", "Connection: close");
        assertThat(waits.answer()).contains("200 OK", "Connection: close");
        drain.get();
    }

    private void start(AdmissionConfig config) throws Exception {
        admission =
                new Admission(config, request -> !request.getHttpURI().getPath().startsWith("/free"), new Slow());
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), admission);
    }

    private RawClient ask(String path) throws Exception {
        RawClient client = server.client();
        client.send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        return client;
    }

    private void awaitWaiting(int count) {
        await().until(() -> gauge("admissionWaiting") == count);
    }

    /** A client may have its answer before the place that it had is free. */
    private void awaitNobodyInside() {
        await().until(() -> gauge("admissionInside") == 0);
    }

    private long gauge(String name) {
        return Admission.gauges(() -> admission).get(name).getAsLong();
    }

    private final class Slow extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = request.getHttpURI().getPath();
            if (!path.equals("/free")) {
                served.add(path);
                (path.equals("/free/slow") ? mayEndFree : mayEnd).acquire();
            }
            String body = Content.Source.asString(request, StandardCharsets.UTF_8);
            String answer = "answer to " + path + (body.isEmpty() ? "" : " " + body);
            response.getHeaders().put("Content-Length", answer.length());
            Content.Sink.write(response, true, answer, callback);
            return true;
        }
    }
}
