package dev.quiesce.web.drill;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.web.http.LongRequests;
import dev.quiesce.web.testing.TestServer;
import dev.quiesce.web.testing.TestServer.Browser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrillStreamsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LongRequests requests = new LongRequests();
    private final DrillStreams streams = new DrillStreams(requests);
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(Map.of("/drill/stream", new StreamServlet(streams)));
    }

    @AfterEach
    void stop() throws Exception {
        requests.stop(Deadline.after(PATIENCE));
        server.close();
        streams.stop(Deadline.after(PATIENCE));
    }

    @Test
    void stream_hasItsEventsInOrder_andEnds() throws Exception {
        HttpResponse<String> response = server.browser().get("/drill/stream?n=3&ms=1");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(response.body()).isEqualTo("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n");
        await().atMost(PATIENCE).until(() -> size() == 0);
    }

    @Test
    void events_comeTheirTimeApart() throws Exception {
        long start = System.nanoTime();
        List<Duration> arrivals = lines("/drill/stream?n=4&ms=100")
                .filter(line -> line.startsWith("data: "))
                .map(line -> Duration.ofNanos(System.nanoTime() - start))
                .collect(toList());

        assertThat(arrivals).hasSize(4);
        for (int i = 1; i < 4; i++) {
            assertThat(arrivals.get(i)).isGreaterThanOrEqualTo(Duration.ofMillis(100L * i));
        }
    }

    @Test
    void streamOfNoEvents_endsAtOnce() throws Exception {
        assertThat(server.browser().get("/drill/stream?n=0&ms=1000").body()).isEmpty();
    }

    @Test
    void longStream_comesWhole() throws Exception {
        assertThat(lines("/drill/stream?n=20000&ms=0").filter(line -> line.startsWith("data: ")))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20_000)
                        .mapToObj(number -> "data: " + number)
                        .toList());
    }

    @Test
    void clientThatComesBack_goesOnWhereItWas_andIsToldWhenItHasThemAll() throws Exception {
        Browser browser = server.browser();
        assertThat(browser.send(browser.request("/drill/stream?n=3&ms=0").header("Last-Event-ID", "2"))
                        .body())
                .isEqualTo("id: 3\ndata: 3\n\n");
        assertThat(browser.send(browser.request("/drill/stream?n=3&ms=0").header("Last-Event-ID", "3"))
                        .statusCode())
                .isEqualTo(204);
        assertThat(browser.send(browser.request("/drill/stream?n=3&ms=0").header("Last-Event-ID", "x"))
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?ms=1", "?ms=1&n=", "?ms=1&n=-1", "?ms=1&n=100001", "?ms=1&n=x"})
    void badCount_isRefused(String query) throws Exception {
        HttpResponse<String> response = server.browser().get("/drill/stream" + query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).startsWith("parameter n must be ");
    }

    @Test
    void manyStreams_holdNoThreads() throws Exception {
        Browser browser = server.browser();
        List<Iterator<String>> clients = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            clients.add(lines(browser, "/drill/stream?n=2&ms=600000").iterator());
        }
        for (Iterator<String> client : clients) {
            assertThat(client.next()).isEqualTo("id: 1");
        }
        assertThat(size()).isEqualTo(250);
        QueuedThreadPool threads = (QueuedThreadPool) server.jetty().getThreadPool();
        assertThat(threads.getMaxThreads()).isLessThan(250);
        await().atMost(PATIENCE).until(() -> threads.getUtilizedThreads() < 20);

        requests.quiesce();
        requests.drain(Deadline.after(PATIENCE));

        for (Iterator<String> client : clients) {
            assertThat(rest(client)).containsExactly("data: 1", "", "event: end", "data: stopped after 1 of 2", "");
        }
    }

    @Test
    void streamThatIsBusy_endsAtQuiesce_betweenTwoEvents() throws Exception {
        Iterator<String> client = lines("/drill/stream?n=100000&ms=1").iterator();
        assertThat(client.next()).isEqualTo("id: 1");

        requests.quiesce();
        requests.drain(Deadline.after(PATIENCE));

        List<String> rest = rest(client);
        long events = rest.stream().filter(line -> line.matches("data: \\d+")).count();
        assertThat(rest).endsWith("event: end", "data: stopped after " + events + " of 100000", "");
    }

    @Test
    void streamThatOpensAfterTheQuiesce_isToldAtOnce() throws Exception {
        requests.quiesce();
        HttpResponse<String> late = server.browser().get("/drill/stream?n=2&ms=600000");

        assertThat(late.statusCode()).isEqualTo(200);
        assertThat(late.body()).matches("(id: 1\ndata: 1\n\n)?event: end\ndata: stopped after [01] of 2\n\n");
        requests.drain(Deadline.after(PATIENCE));
    }

    @Test
    void streamsOpenedWhileQuiesceRuns_allEnd() throws Exception {
        for (int round = 0; round < 20; round++) {
            LongRequests racing = new LongRequests();
            DrillStreams driven = new DrillStreams(racing);
            try (TestServer other = TestServer.start(Map.of("/drill/stream", new StreamServlet(driven)))) {
                Browser browser = other.browser();
                List<CompletableFuture<HttpResponse<String>>> clients = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    clients.add(browser.client()
                            .sendAsync(
                                    browser.request("/drill/stream?n=2&ms=600000")
                                            .build(),
                                    BodyHandlers.ofString()));
                    if (i == round) {
                        racing.quiesce();
                    }
                }
                for (CompletableFuture<HttpResponse<String>> client : clients) {
                    HttpResponse<String> response = client.get(10, TimeUnit.SECONDS);
                    assertThat(response.statusCode()).isEqualTo(200);
                    assertThat(response.body()).endsWith(" of 2\n\n");
                }
                racing.drain(Deadline.after(PATIENCE));
            } finally {
                racing.stop(Deadline.after(PATIENCE));
                driven.stop(Deadline.after(PATIENCE));
            }
        }
    }

    @Test
    void clientThatReadsNothing_isLeftAtTheDeadlineOfTheDrain_andEndsWithItsConnection() throws Exception {
        ServerConnector connector = (ServerConnector) server.jetty().getConnectors()[0];
        connector.setAcceptedSendBufferSize(4096);
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(4096);
            client.connect(new InetSocketAddress("127.0.0.1", server.uri("/").getPort()));
            client.getOutputStream()
                    .write("GET /drill/stream?n=100000&ms=0 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
            awaitNoMoreBytes(connector);
            Iterator<String> other = lines("/drill/stream?n=2&ms=600000").iterator();
            assertThat(other.next()).isEqualTo("id: 1");

            requests.quiesce();
            assertThat(rest(other)).endsWith("event: end", "data: stopped after 1 of 2", "");
            assertThatThrownBy(() -> requests.drain(Deadline.after(Duration.ofMillis(50))))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageMatching("1 in flight: GET /drill/stream \\(\\d+ ms\\)");
            connector.getConnectedEndPoints().forEach(EndPoint::close);
            await().atMost(PATIENCE).until(() -> size() == 0);
        }
    }

    @Test
    void clientThatLeaves_isForgotten() throws Exception {
        HttpResponse<InputStream> response = server.browser()
                .client()
                .send(server.browser().request("/drill/stream?n=100000&ms=1").build(), BodyHandlers.ofInputStream());
        assertThat(response.body().read()).isEqualTo('i');
        assertThat(size()).isOne();
        response.body().close();

        await().atMost(PATIENCE).until(() -> size() == 0);
    }

    @Test
    void stop_leavesNoThread() throws Exception {
        server.browser().get("/drill/stream?n=2&ms=1");
        streams.stop(Deadline.after(PATIENCE));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .doesNotContain("drill-streams"));
    }

    private long size() {
        return requests.inFlight().orElseThrow();
    }

    /** Waits until the one connection is stuck: thousands of events are due each second, but nothing is sent. */
    private static void awaitNoMoreBytes(ServerConnector connector) {
        AtomicLong before = new AtomicLong();
        await().atMost(PATIENCE).during(Duration.ofSeconds(1)).until(() -> {
            long now = connector.getConnectedEndPoints().stream()
                    .mapToLong(endPoint -> endPoint.getConnection().getBytesOut())
                    .sum();
            return now > 0 && before.getAndSet(now) == now;
        });
    }

    private Stream<String> lines(String path) throws IOException, InterruptedException {
        return lines(server.browser(), path);
    }

    private static Stream<String> lines(Browser browser, String path) throws IOException, InterruptedException {
        return browser.client()
                .send(browser.request(path).build(), BodyHandlers.ofLines())
                .body();
    }

    private static List<String> rest(Iterator<String> lines) {
        List<String> rest = new ArrayList<>();
        lines.forEachRemaining(rest::add);
        return rest;
    }
}
