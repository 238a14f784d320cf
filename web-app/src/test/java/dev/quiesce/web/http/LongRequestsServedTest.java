package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.web.samples.NewsPoll;
import dev.quiesce.web.samples.NewsStream;
import dev.quiesce.web.testing.RawClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.handler.PathMappingsHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long polls and event streams end on real connections, and that they do not use up the time of the drain. */
@Timeout(30)
class LongRequestsServedTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final LongRequests longRequests = new LongRequests();
    private final NewsPoll poll = new NewsPoll(longRequests);
    private final NewsStream stream = new NewsStream(longRequests);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Served server;

    @BeforeEach
    void start() throws Exception {
        PathMappingsHandler handlers = new PathMappingsHandler();
        handlers.addMapping(new ServletPathSpec("/news"), poll);
        ServletContextHandler servlets = new ServletContextHandler("/");
        servlets.addServlet(stream, "/events");
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), new Handler.Sequence(handlers, servlets));
    }

    @AfterEach
    void stop() throws Exception {
        longRequests.stop(Deadline.after(LONG));
        server.close();
        threads.shutdownNow();
    }

    @Test
    void longPoll_endsWithoutNews_andIsToldToClose() throws Exception {
        try (RawClient reader = ask("/news")) {
            awaitRegistered(1);
            quiesceAndDrain();

            assertThat(reader.answer()).contains("200 OK", "Connection: close").endsWith("\r\n\r\nnothing new");
            assertThat(reader.isAtEnd()).isTrue();
        }
    }

    @Test
    void longPollOnAnOpenConnection_isAnsweredAtOnce_whenTheServiceHasQuiesced() throws Exception {
        try (RawClient reader = ask("/news")) {
            awaitRegistered(1);
            poll.publish("rain");
            assertThat(reader.answer()).endsWith("rain").doesNotContain("Connection: close");
            quiesce();

            assertThat(reader.get("/news"))
                    .contains("200 OK", "Connection: close")
                    .endsWith("nothing new");
            drain();
        }
    }

    @Test
    void eventStream_endsWithItsLastEvent_andTheLastBytesOfItsBody() throws Exception {
        try (RawClient reader = ask("/events")) {
            awaitRegistered(1);
            stream.publish("rain");
            assertThat(reader.upTo("data: rain\n\n")).contains("200 OK");
            quiesceAndDrain();

            assertThat(reader.upToTheEnd()).isEqualTo("\r\n" + "C\r\nevent: end\n\n\r\n" + "0\r\n\r\n");
        }
    }

    @Test
    void readerThatHasLeft_isForgotten_withTheNextEvent() throws Exception {
        RawClient reader = ask("/events");
        awaitRegistered(1);
        reader.upTo("\r\n\r\n");
        reader.close();
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            stream.publish("rain");
            return longRequests.inFlight().orElseThrow() == 0;
        });
    }

    private RawClient ask(String path) throws Exception {
        RawClient client = server.client();
        client.send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        return client;
    }

    private void awaitRegistered(int count) {
        await().until(() -> longRequests.inFlight().orElseThrow() == count);
    }

    private void quiesce() {
        server.http().quiesce();
        longRequests.quiesce();
    }

    private void quiesceAndDrain() throws Exception {
        quiesce();
        drain();
    }

    private void drain() throws Exception {
        Future<Duration> http = threads.submit(() -> {
            long begin = System.nanoTime();
            server.drain(LONG);
            return Duration.ofNanos(System.nanoTime() - begin);
        });
        longRequests.drain(Deadline.after(LONG));
        assertThat(http.get()).isLessThan(Duration.ofSeconds(3));
    }
}
