package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests of every kind that are in flight when the server drains: each is answered to its last byte, and none is forgotten. */
@Timeout(60)
class RequestsInFlightTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    /** More than the buffers between two sockets of this machine hold. */
    private static final int LARGE = 32 * 1024 * 1024;

    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Served server;

    @BeforeEach
    void start() throws Exception {
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), new Kinds());
    }

    @AfterEach
    void stop() {
        mayGoOn.countDown();
        server.close();
        threads.shutdownNow();
    }

    @Test
    void requestThatIsServedWithoutAThread_isAnswered() throws Exception {
        try (RawClient client = begin("GET /async")) {
            Future<?> drain = drain();
            mayGoOn.countDown();

            assertThat(client.answer()).contains("200 OK", "Connection: close").endsWith("\r\n\r\nlater");
            drain.get();
        }
    }

    @Test
    void uploadThatIsUnderWay_arrivesWhole_andIsAnswered() throws Exception {
        try (RawClient client = begin("POST /upload", "Content-Length: " + 10 * 65536)) {
            client.send("x".repeat(65536));
            Future<?> drain = drain();
            for (int i = 0; i < 9; i++) {
                // Longer in all than an idle connection gets.
                Thread.sleep(50);
                client.send("y".repeat(65536));
            }

            assertThat(client.answer())
                    .contains("200 OK", "Connection: close")
                    .endsWith("\r\n\r\n" + 10 * 65536 + " bytes");
            drain.get();
        }
    }

    @Test
    void clientThatExpectsToBeAskedForItsBody_isAsked_andAnswered() throws Exception {
        try (RawClient client = begin("POST /asked", "Content-Length: 5\r\nExpect: 100-continue")) {
            Future<?> drain = drain();
            mayGoOn.countDown();
            assertThat(client.upTo("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("hello");

            assertThat(client.answer()).contains("200 OK", "Connection: close").endsWith("\r\n\r\n5 bytes");
            drain.get();
        }
    }

    @Test
    void responseThatIsCommitted_isSentToItsLastByte() throws Exception {
        try (RawClient client = begin("GET /committed")) {
            client.upTo("\r\n\r\na");
            Future<?> drain = drain();
            mayGoOn.countDown();

            assertThat(client.upToTheEnd()).isEqualTo("b");
            drain.get();
        }
    }

    @Test
    void clientThatReadsSlowly_getsTheLastByte() throws Exception {
        try (RawClient client = begin("GET /large")) {
            Future<?> drain = drain();
            // Longer than an idle connection gets, and than one that dribbles.
            Thread.sleep(1300);
            assertThat(drain.isDone()).isFalse();

            assertThat(client.answer()).contains("200 OK").hasSizeGreaterThan(LARGE);
            drain.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"/throws, 500", "/fails, 500", "/refuses, 404"})
    void requestWhoseHandlerFailsOrRefuses_isAnswered_andNotInFlightAnyMore(String path, int status) throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.get(path)).startsWith("HTTP/1.1 " + status);
            awaitInFlight(0);
            assertThat(client.get(path)).startsWith("HTTP/1.1 " + status);
            awaitInFlight(0);

            server.http().quiesce();
            server.drain(LONG);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void requestWhoseClientLeaves_isNotInFlightAnyMore() throws Exception {
        RawClient client = begin("POST /upload", "Content-Length: 100");
        client.send("x");
        client.close();

        awaitInFlight(0);
    }

    private Future<?> drain() {
        server.http().quiesce();
        return threads.submit(() -> {
            server.drain(LONG);
            return null;
        });
    }

    private void awaitInFlight(int count) {
        await().until(() -> server.http().inFlight().orElseThrow() == count);
    }

    private RawClient begin(String request, String... header) throws IOException {
        RawClient client = server.client();
        String more = header.length == 0 ? "" : header[0] + "\r\n";
        client.send(request + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n");
        awaitInFlight(1);
        return client;
    }

    private final class Kinds extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            switch (request.getHttpURI().getPath()) {
                case "/async" ->
                    threads.submit(() -> {
                        mayGoOn.await();
                        Content.Sink.write(response, true, "later", callback);
                        return null;
                    });
                case "/asked" -> {
                    mayGoOn.await();
                    count(request, response, callback);
                }
                case "/upload" -> count(request, response, callback);
                case "/committed" -> {
                    response.getHeaders().put("Content-Length", 2);
                    Content.Sink.write(response, false, ByteBuffer.wrap("a".getBytes(StandardCharsets.US_ASCII)));
                    mayGoOn.await();
                    Content.Sink.write(response, true, "b", callback);
                }
                case "/large" -> response.write(true, ByteBuffer.allocate(LARGE), callback);
                case "/throws" -> throw new IllegalStateException("of the test");
                case "/fails" -> callback.failed(new IllegalStateException("of the test"));
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void count(Request request, Response response, Callback callback) throws IOException {
            int count = Content.Source.asInputStream(request).readAllBytes().length;
            Content.Sink.write(response, true, count + " bytes", callback);
        }
    }
}
