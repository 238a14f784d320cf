package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How HTTP/2 connections leave: told to open no more streams, with those that they have answered to the end. */
@Timeout(30)
class Http2Test {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<GoAwayFrame> goneAway = new LinkedBlockingQueue<>();
    private final HTTP2Client client = new HTTP2Client();
    private Served served;
    private Session session;

    @BeforeEach
    void connect() throws Exception {
        served = Served.onAFreePort();
        client.start();
        InetSocketAddress address =
                new InetSocketAddress(served.uri().getHost(), served.uri().getPort());
        session = client.connect(address, new Session.Listener() {
                    @Override
                    public void onGoAway(Session told, GoAwayFrame frame) {
                        goneAway.add(frame);
                    }
                })
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        client.stop();
        served.close();
        threads.shutdownNow();
    }

    @Test
    void streamInFlight_isAnswered_howeverLongItIsSilent() throws Exception {
        assertThat(get("/").get()).isEqualTo("answer to /");
        CompletableFuture<String> slow = get("/slow");
        await().until(() -> served.http().inFlight().orElse(0) == 1);
        served.http().quiesce();
        Future<?> drain = threads.submit(() -> {
            served.drain(LONG);
            return null;
        });

        assertThat(goneAway.take().isGraceful()).isTrue();
        // Jetty's own graceful stop resets a stream that is silent for a second.
        await().during(Duration.ofMillis(1500)).until(() -> !drain.isDone());
        served.endSlow();

        assertThat(slow.get()).isEqualTo("answer to /slow");
        drain.get();
    }

    @Test
    void streamThatWasOpenedBeforeTheWordCame_isServed() throws Exception {
        CompletableFuture<String> slow = get("/slow");
        await().until(() -> served.http().inFlight().orElse(0) == 1);
        CompletableFuture<String> late = get("/late");
        served.http().quiesce();

        assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo("answer to /late");
        served.endSlow();
        assertThat(slow.get()).isEqualTo("answer to /slow");
        served.drain(LONG);
    }

    @Test
    void idleConnection_isToldWhenTheServiceLingers_andHoldsNobody() throws Exception {
        assertThat(get("/").get()).isEqualTo("answer to /");
        served.http().linger(Deadline.after(Duration.ofMillis(100)));

        assertThat(goneAway.poll(5, TimeUnit.SECONDS)).isNotNull();
        served.http().quiesce();
        served.drain(LONG);
        assertThat(served.http().connectionCount()).isZero();
    }

    @Test
    void requestThatWasOnItsWayWhenTheClientWasTold_isServed() throws Exception {
        try (RawHttp2 raw = RawHttp2.connect(served.uri())) {
            raw.get(1);
            assertThat(raw.next(RawHttp2.DATA)).isEqualTo("answer to /");
            served.http().quiesce();
            Future<?> drain = threads.submit(() -> {
                served.drain(LONG);
                return null;
            });
            raw.next(RawHttp2.GOAWAY);
            raw.get(3);

            assertThat(raw.next(RawHttp2.DATA)).isEqualTo("answer to /");
            drain.get();
        }
    }

    @Test
    void clientThatDoesNotCareWhatItIsTold_holdsNobody() throws Exception {
        try (RawHttp2 raw = RawHttp2.connect(served.uri())) {
            raw.get(1);
            assertThat(raw.next(RawHttp2.DATA)).isEqualTo("answer to /");
            served.http().quiesce();
            long begin = System.nanoTime();
            served.drain(LONG);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            assertThat(served.http().connectionCount()).isZero();
        }
    }

    @Test
    void clientThatHasAskedForNothing_holdsNobody() throws Exception {
        try (RawHttp2 raw = RawHttp2.connect(served.uri())) {
            raw.next(RawHttp2.SETTINGS);
            served.http().quiesce();
            long begin = System.nanoTime();
            served.drain(LONG);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            assertThat(served.http().connectionCount()).isZero();
        }
    }

    private CompletableFuture<String> get(String path) {
        MetaData.Request request = new MetaData.Request(
                "GET", HttpURI.from(served.uri().resolve(path)), HttpVersion.HTTP_2, HttpFields.EMPTY);
        Answer answer = new Answer();
        session.newStream(new HeadersFrame(request, null, true), answer).whenComplete((stream, failure) -> {
            if (failure != null) {
                answer.body.completeExceptionally(failure);
            }
        });
        return answer.body;
    }

    private static final class Answer implements Stream.Listener {
        private final CompletableFuture<String> body = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            stream.demand();
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            text.append(StandardCharsets.UTF_8.decode(data.frame().getByteBuffer()));
            boolean last = data.frame().isEndStream();
            data.release();
            if (last) {
                body.complete(text.toString());
            } else {
                stream.demand();
            }
        }

        @Override
        public void onFailure(Stream stream, int error, String reason, Throwable failure, Callback callback) {
            body.completeExceptionally(failure);
            callback.succeeded();
        }
    }
}
