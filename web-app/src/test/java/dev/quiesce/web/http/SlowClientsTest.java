package dev.quiesce.web.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.http.ClientPace.Slowest;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

/** Clients that send or read slowly, where there is place for one request: none of them keeps the others from it. */
@Timeout(60)
class SlowClientsTest {
    private static final int BYTES_PER_SECOND = 1024;
    private static final Slowest SLOWEST = new Slowest(Duration.ofSeconds(1), BYTES_PER_SECOND);

    /** More than the buffers between two sockets of this machine hold. */
    private static final int LARGE = 32 * 1024 * 1024;

    private final List<String> served = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Admission admission;
    private Served server;

    @BeforeEach
    void start() throws Exception {
        start(EarlyBody.Budget.ofHeap());
    }

    private void start(EarlyBody.Budget earlyBodies) throws Exception {
        AdmissionConfig onePlace = new AdmissionConfig(1, 10, Duration.ofSeconds(20), Duration.ZERO);
        admission = new Admission(
                onePlace,
                request -> !request.getHttpURI().getPath().startsWith("/free"),
                SLOWEST,
                earlyBodies,
                new Uploads());
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), admission);
    }

    @AfterEach
    void stop() {
        try {
            // Whatever has become of the requests.
            await().untilAsserted(() -> assertThat(gauge("admissionBodyBytes")).isZero());
        } finally {
            server.close();
            threads.shutdownNow();
        }
    }

    @Test
    void uploadThatDribbles_hasNoPlace_andIsServedWhole() throws Exception {
        try (RawClient slow = post("/slow", 20, "0123456789");
                RawClient other = server.client()) {
            for (int i = 0; i < 3; i++) {
                // A third of the grace in all.
                Thread.sleep(100);
                slow.send("x");
                assertThat(other.get("/other")).contains("200 OK").endsWith("0 bytes");
                awaitInside(0);
            }
            slow.send("y".repeat(7));

            assertThat(slow.answer()).contains("200 OK").endsWith("20 bytes");
            assertThat(gauge("admissionCut")).isZero();
        }
    }

    @Test
    void uploadThatDribblesForTooLong_isCut_beforeItIsServed() throws Exception {
        try (RawClient slow = post("/slow", 5000, "0123456789")) {
            Future<?> dribble = dribble(slow);
            await().until(() -> gauge("admissionCut") == 1);

            awaitInFlight(0);
            assertThatThrownBy(dribble::get).hasCauseInstanceOf(IOException.class);
        }
        assertThat(served).isEmpty();
        assertIsServed("/other");
        assertThat(gauge("admissionCut")).isEqualTo(1);
    }

    @Test
    void uploadThatDribbles_doesNotHoldTheExit() throws Exception {
        try (RawClient slow = post("/slow", 5000, "0123456789")) {
            awaitInFlight(1);
            Future<?> dribble = dribble(slow);
            server.http().quiesce();
            server.drain(Duration.ofSeconds(15));

            assertThat(gauge("admissionCut")).isEqualTo(1);
            assertThatThrownBy(dribble::get).hasCauseInstanceOf(IOException.class);
        }
        assertThat(served).isEmpty();
    }

    @Test
    void uploadThatNeedsNoPlace_andDribbles_isCutJustTheSame_andDoesNotHoldTheExit() throws Exception {
        try (RawClient slow = post("/free", 5000, "0123456789")) {
            await().until(() -> served.contains("/free"));
            assertIsServed("/other");
            Future<?> dribble = dribble(slow);
            server.http().quiesce();
            server.drain(Duration.ofSeconds(15));

            assertThat(gauge("admissionCut")).isEqualTo(1);
            assertThatThrownBy(dribble::get).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void bodiesThatTogetherTakeTooMuchMemory_comeToTheirTurnBeforeTheyHaveArrived_andAreServedWhole() throws Exception {
        server.close();
        start(new EarlyBody.Budget(100 * 1024));
        try (RawClient first = post("/first", 60_000, "x".repeat(50_000))) {
            await().until(() -> gauge("admissionBodyBytes") >= 50_000);
            assertThat(gauge("admissionInside")).isZero();
            try (RawClient second = post("/second", 60_000, "x".repeat(59_000))) {
                awaitInside(1);
                assertThat(gauge("admissionBodyBytes")).isBetween(100L * 1024, 2L * EarlyBody.MOST);
                second.send("y".repeat(1000));
                assertThat(second.answer()).contains("200 OK").endsWith("60000 bytes");
            }
            first.send("y".repeat(10_000));
            assertThat(first.answer()).contains("200 OK").endsWith("60000 bytes");
        }
    }

    @Test
    void bodyThatComesInSmallPieces_isServedAsItWasSent() throws Exception {
        StringBuilder sent = new StringBuilder();
        for (int i = 0; sent.length() < 5000; i++) {
            sent.append(i).append(' ');
        }
        try (RawClient client = post("/echo", sent.length(), "")) {
            for (int i = 0; i < sent.length(); i += 700) {
                int before = i;
                await().until(() -> gauge("admissionBodyBytes") >= before);
                client.send(sent.substring(i, Math.min(i + 700, sent.length())));
            }

            assertThat(client.answer()).contains("200 OK").endsWith("\r\n\r\n" + sent);
        }
    }

    @Test
    void largeUpload_isServedWhole() throws Exception {
        try (RawClient client = post("/large", LARGE, "")) {
            String part = "x".repeat(64 * 1024);
            for (int sent = 0; sent < LARGE; sent += part.length()) {
                client.send(part);
            }

            assertThat(client.answer()).contains("200 OK").endsWith(LARGE + " bytes");
        }
    }

    @Test
    void largeUploadThatKeepsUp_isServedWhole_howeverLongItTakes() throws Exception {
        try (RawClient client = post("/large", EarlyBody.MOST + 6000, "x".repeat(EarlyBody.MOST))) {
            for (int i = 0; i < 10; i++) {
                // A fifth of the time after which it would be too slow.
                Thread.sleep(100);
                client.send("y".repeat(600));
            }

            assertThat(client.answer()).contains("200 OK").endsWith(EarlyBody.MOST + 6000 + " bytes");
            assertThat(gauge("admissionCut")).isZero();
        }
    }

    @Test
    void largeUploadThatDribbles_isCut_andItsPlaceGivenAway() throws Exception {
        try (RawClient slow = post("/large", LARGE, "x".repeat(EarlyBody.MOST))) {
            awaitInside(1);
            Future<?> dribble = dribble(slow);
            assertIsServed("/other");

            assertThat(gauge("admissionCut")).isEqualTo(1);
            assertThatThrownBy(dribble::get).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void answerThatIsNotRead_hasNoPlace_onceItHasBeenHandedOver_andComesWhole() throws Exception {
        try (RawClient slow = server.client()) {
            slow.send("GET /answer HTTP/1.1\r\nHost: test\r\n\r\n");
            await().until(() -> served.contains("/answer"));
            assertIsServed("/other");

            assertThat(gauge("admissionCut")).isZero();
            awaitInFlight(1);
            assertThat(slow.answer()).contains("200 OK").hasSizeGreaterThan(LARGE);
        }
    }

    @Test
    void streamThatIsNotRead_isCut_andItsPlaceGivenAway() throws Exception {
        try (RawClient slow = server.client()) {
            slow.send("GET /stream HTTP/1.1\r\nHost: test\r\n\r\n");
            await().until(() -> served.contains("/stream"));
            assertIsServed("/other");

            assertThat(gauge("admissionCut")).isEqualTo(1);
            assertThatThrownBy(slow::answer)
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("The connection ended after \\d+ of " + LARGE + " bytes");
        }
    }

    @Test
    void streamThatSaysNothing_isNotCut() throws Exception {
        try (RawClient reader = server.client()) {
            reader.send("GET /quiet HTTP/1.1\r\nHost: test\r\n\r\n");

            assertThat(reader.answer()).contains("200 OK").endsWith("\r\n\r\nab");
            assertThat(gauge("admissionCut")).isZero();
        }
    }

    @Test
    void clientThatLeavesBeforeItsBodyHasArrived_isNotServed() throws Exception {
        RawClient leaves = post("/left", 20, "0123456789");
        awaitInFlight(1);
        leaves.close();

        awaitInFlight(0);
        assertThat(served).isEmpty();
        assertIsServed("/other");
    }

    @Test
    void bodyThatDoesNotGoOn_isWaitedFor_noLongerThanAnyConnectionIs() throws Exception {
        server.connector().setIdleTimeout(200);
        try (RawClient client = post("/stuck", 20, "0123456789")) {
            assertThat(client.answer()).contains("408 Request Timeout", "Connection: close");
        }
        assertThat(served).isEmpty();
    }

    @Test
    void clientThatExpectsToBeAskedForItsBody_isAsked() throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /asked HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.upTo("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("hello");

            assertThat(client.answer()).contains("200 OK").endsWith("5 bytes");
        }
    }

    @Test
    void bodyInPieces_isServedWhole_andOneThatIsBroken_isRefused() throws Exception {
        String head = " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (RawClient client = server.client()) {
            client.send("POST /pieces" + head + "5\r\nhello\r\n");
            awaitInFlight(1);
            client.send("6\r\n world\r\n0\r\n\r\n");
            assertThat(client.answer()).contains("200 OK").endsWith("11 bytes");

            client.send("POST /broken" + head + "5\r\nhello\r\n");
            awaitInFlight(1);
            client.send("so this is no length\r\n");
            assertThat(client.answer()).contains("400 Bad Request");
        }
        assertThat(served).containsExactly("/pieces");
    }

    private Future<?> dribble(RawClient slow) {
        return threads.submit(() -> {
            while (true) {
                slow.send("y");
                Thread.sleep(50);
            }
        });
    }

    private void assertIsServed(String path) throws IOException {
        try (RawClient client = server.client()) {
            assertThat(client.get(path)).contains("200 OK");
        }
    }

    private void awaitInside(int count) {
        await().until(() -> gauge("admissionInside") == count);
    }

    private void awaitInFlight(int count) {
        await().until(() -> server.http().inFlight().orElseThrow() == count);
    }

    private RawClient post(String path, int length, String begin) throws IOException {
        RawClient client = server.client();
        client.send("POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + length + "\r\n\r\n" + begin);
        return client;
    }

    private long gauge(String name) {
        return Admission.gauges(() -> admission).get(name).getAsLong();
    }

    /** Reads and writes as ordinary code does, holding its thread. */
    private final class Uploads extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = request.getHttpURI().getPath();
            served.add(path);
            switch (path) {
                case "/answer" -> response.write(true, ByteBuffer.allocate(LARGE), callback);
                case "/stream" -> stream(response, callback);
                case "/quiet" -> sayLittle(response, callback);
                case "/echo" -> Content.Sink.write(response, true, Content.Source.asString(request), callback);
                default -> count(request, response, callback);
            }
            return true;
        }

        private void count(Request request, Response response, Callback callback) throws IOException {
            long count = 0;
            byte[] buffer = new byte[4096];
            try (InputStream body = Content.Source.asInputStream(request)) {
                for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                    count += read;
                }
            }
            Content.Sink.write(response, true, count + " bytes", callback);
        }

        private void stream(Response response, Callback callback) throws IOException {
            response.getHeaders().put("Content-Length", LARGE);
            byte[] part = new byte[BYTES_PER_SECOND];
            try (OutputStream out = Content.Sink.asOutputStream(response)) {
                for (int sent = 0; sent < LARGE; sent += part.length) {
                    out.write(part);
                }
            }
            callback.succeeded();
        }

        private void sayLittle(Response response, Callback callback) throws IOException, InterruptedException {
            response.getHeaders().put("Content-Length", 2);
            try (OutputStream out = Content.Sink.asOutputStream(response)) {
                out.write("a".getBytes(US_ASCII));
                out.flush();
                Thread.sleep(SLOWEST.grace().multipliedBy(2).toMillis());
                out.write("b".getBytes(US_ASCII));
            }
            callback.succeeded();
        }
    }
}
