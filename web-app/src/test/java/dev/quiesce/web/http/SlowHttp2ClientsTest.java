package dev.quiesce.web.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.http.ClientPace.Slowest;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Components;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Slow streams of HTTP/2, where there is place for one request: none of them keeps the others from it, nor takes them along. */
@Timeout(30)
class SlowHttp2ClientsTest {
    private static final Slowest SLOWEST = new Slowest(Duration.ofSeconds(1), 1024);

    private final HTTP2Client client = new HTTP2Client();
    private Admission admission;
    private Served server;
    private Session session;

    @BeforeEach
    void start() throws Exception {
        AdmissionConfig onePlace = new AdmissionConfig(1, 10, Duration.ofSeconds(20), Duration.ZERO);
        admission = new Admission(onePlace, request -> true, SLOWEST, EarlyBody.Budget.ofHeap(), new Reads());
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), admission);
        client.start();
        connect();
    }

    @AfterEach
    void stop() throws Exception {
        try {
            // Whatever has become of the requests.
            await().untilAsserted(() -> assertThat(gauge("admissionBodyBytes")).isZero());
        } finally {
            client.stop();
            server.close();
        }
    }

    @Test
    void uploadThatSaysNoLengthAndDribbles_hasNoPlace() throws Exception {
        Answer slow = new Answer();
        Stream upload = open("POST", slow, false);
        send(upload, "hello", false);
        await().until(() -> server.http().inFlight().orElseThrow() == 1);

        assertThat(get()).isEqualTo(200);
        send(upload, "world", true);
        assertThat(slow.status.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(gauge("admissionCut")).isZero();
    }

    @Test
    void uploadThatDribblesForTooLong_isReset_beforeItIsServed() throws Exception {
        Answer slow = new Answer();
        send(open("POST", slow, false), "hello", false);

        assertThat(slow.reset.get(10, TimeUnit.SECONDS)).isEqualTo(ErrorCode.CANCEL_STREAM_ERROR.code);
        await().until(() -> server.http().inFlight().orElseThrow() == 0);
        assertThat(get()).isEqualTo(200);
        assertThat(gauge("admissionCut")).isEqualTo(1);
    }

    @Test
    void largeUploadThatDribbles_isReset_andTheOtherStreamsGoOn() throws Exception {
        Answer slow = new Answer();
        Stream upload = open("POST", slow, false);
        send(upload, "x".repeat(EarlyBody.MOST - 1), false);
        send(upload, "x", false);
        await().until(() -> gauge("admissionInside") == 1);

        assertThat(get()).isEqualTo(200);
        assertThat(slow.reset.get(10, TimeUnit.SECONDS)).isEqualTo(ErrorCode.CANCEL_STREAM_ERROR.code);
        assertThat(gauge("admissionCut")).isEqualTo(1);
        await().until(() -> server.http().inFlight().orElseThrow() == 0);
    }

    @Test
    void uploadThatIsSentAway_isNotReadToItsEnd() throws Exception {
        server.close();
        AdmissionConfig noPlace = new AdmissionConfig(1, 0, Duration.ofSeconds(20), Duration.ZERO);
        CountDownLatch mayEnd = new CountDownLatch(1);
        admission = new Admission(noPlace, request -> true, SLOWEST, EarlyBody.Budget.ofHeap(), new Waits(mayEnd));
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), admission);
        connect();
        Answer inside = new Answer();
        open("GET", inside, true);
        await().until(() -> gauge("admissionInside") == 1);
        Answer shed = new Answer();
        Stream upload = open("POST", shed, false);
        send(upload, "x".repeat(EarlyBody.MOST - 1), false);
        send(upload, "x", false);

        assertThat(shed.status.get(10, TimeUnit.SECONDS)).isEqualTo(503);
        await().until(() -> server.http().inFlight().orElseThrow() == 1);
        mayEnd.countDown();
        assertThat(inside.status.get(10, TimeUnit.SECONDS)).isEqualTo(200);
    }

    @Test
    void requestThatCompletesWhileItIsCut_doesNotTakeTheOtherStreamsAlong() throws Exception {
        server.close();
        CountDownLatch mayEnd = new CountDownLatch(1);
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), new CutsItself(mayEnd));
        connect();
        Answer other = new Answer();
        open("GET", other, true);
        Answer cut = new Answer();
        open("POST", cut, true);
        assertThat(cut.reset.get(10, TimeUnit.SECONDS)).isEqualTo(ErrorCode.CANCEL_STREAM_ERROR.code);
        mayEnd.countDown();

        assertThat(other.status.get(10, TimeUnit.SECONDS)).isEqualTo(200);
    }

    private void connect() throws Exception {
        InetSocketAddress address =
                new InetSocketAddress(server.uri().getHost(), server.uri().getPort());
        session = client.connect(address, new Session.Listener() {}).get(10, TimeUnit.SECONDS);
    }

    private int get() throws Exception {
        Answer answer = new Answer();
        open("GET", answer, true);
        return answer.status.get(10, TimeUnit.SECONDS);
    }

    private Stream open(String method, Answer answer, boolean last) throws Exception {
        MetaData.Request request =
                new MetaData.Request(method, HttpURI.from(server.uri()), HttpVersion.HTTP_2, HttpFields.EMPTY);
        return session.newStream(new HeadersFrame(request, null, last), answer).get(10, TimeUnit.SECONDS);
    }

    private static void send(Stream stream, String text, boolean last) throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(US_ASCII));
        stream.data(new DataFrame(stream.getId(), bytes, last)).get(10, TimeUnit.SECONDS);
    }

    private long gauge(String name) {
        return Admission.gauges(() -> admission).get(name).getAsLong();
    }

    private static final class Answer implements Stream.Listener {
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private final CompletableFuture<Integer> reset = new CompletableFuture<>();

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            status.complete(((MetaData.Response) frame.getMetaData()).getStatus());
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            reset.complete(frame.getError());
            callback.succeeded();
        }
    }

    private static final class Waits extends Handler.Abstract {
        private final CountDownLatch mayEnd;

        private Waits(CountDownLatch mayEnd) {
            this.mayEnd = mayEnd;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            mayEnd.await();
            callback.succeeded();
            return true;
        }
    }

    /** Cuts what is posted at the moment at which Jetty has just completed it. */
    private static final class CutsItself extends Handler.Abstract {
        private final CountDownLatch mayEnd;

        private CutsItself(CountDownLatch mayEnd) {
            this.mayEnd = mayEnd;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (request.getMethod().equals("POST")) {
                OpenConnection.cut(new Request.Wrapper(request) {
                    @Override
                    public Components getComponents() {
                        throw new IllegalStateException("channel already completed");
                    }
                });
            }
            mayEnd.await();
            callback.succeeded();
            return true;
        }
    }

    private static final class Reads extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            Content.Source.asInputStream(request).readAllBytes();
            callback.succeeded();
            return true;
        }
    }
}
