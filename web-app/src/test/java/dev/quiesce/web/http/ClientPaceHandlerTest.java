package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.realtime.socketio.EventLog;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.web.http.ClientPace.Slowest;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.http.HttpMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of sockets that post slowly. */
@Timeout(60)
class ClientPaceHandlerTest {
    private static final Slowest SLOWEST = new Slowest(Duration.ofSeconds(1), 1024);
    private static final String PATH = "/socket.io/?EIO=4&transport=polling";

    private final SocketIoServer sockets = new SocketIoServer(SocketIoConfig.defaults(), EventLog.none());
    private Served server;

    @BeforeEach
    void start() throws Exception {
        sockets.of("/");
        sockets.start();
        server = Served.of(
                new Listen.Tcp("127.0.0.1", 0),
                new ClientPaceHandler(request -> HttpMethod.POST.is(request.getMethod()), SLOWEST, sockets.mount()));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        sockets.stop(Deadline.after(Duration.ofSeconds(5)));
    }

    @Test
    void socketThatPostsAByteNowAndThen_doesNotHoldTheExit() throws Exception {
        String post = PATH + "&sid=" + open();
        try (RawClient slow = server.client()) {
            slow.send("POST " + post + " HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\n\r\n4");
            await().until(() -> server.http().inFlight().orElseThrow() == 1);
            server.http().quiesce();
            Thread dribble = new Thread(() -> dribble(slow), "dribble");
            dribble.start();
            server.drain(Duration.ofSeconds(15));
            dribble.join();

            assertThatThrownBy(slow::answer).isInstanceOf(IOException.class);
        }
    }

    @Test
    void socketThatPolls_mayWaitForAsLongAsNothingHappens() throws Exception {
        String sid = open();
        try (RawClient polls = server.client();
                RawClient posts = server.client()) {
            polls.send("GET " + PATH + "&sid=" + sid + " HTTP/1.1\r\nHost: test\r\n\r\n");
            await().until(() -> server.http().inFlight().orElseThrow() == 1);
            await().during(SLOWEST.grace().multipliedBy(2))
                    .until(() -> server.http().inFlight().orElseThrow() == 1);
            posts.send("POST " + PATH + "&sid=" + sid + " HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n40");

            assertThat(posts.answer()).contains("200 OK").endsWith("ok");
            assertThat(polls.answer()).contains("200 OK").contains("40{\"sid\":");
        }
    }

    private String open() throws IOException {
        try (RawClient client = server.client()) {
            return client.get(PATH).replaceFirst("(?s).*\"sid\":\"([^\"]+)\".*", "$1");
        }
    }

    private static void dribble(RawClient slow) {
        try {
            while (true) {
                slow.send(" ");
                Thread.sleep(50);
            }
        } catch (IOException cut) {
            // As it should be.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
