package dev.quiesce.realtime;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketHubDrainTest {
    private static final String RESTART = "1012 service restart";

    private final RecordingHandler handler = new RecordingHandler();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final SocketHandler blocking = new SocketHandler() {
        @Override
        public void text(Socket socket, String message) throws Exception {
            entered.countDown();
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
            socket.send("handled");
        }
    };
    private TestServer server;

    private TestServer serve(SocketHubConfig config, SocketHandler served) throws Exception {
        server = TestServer.started(config, served);
        return server;
    }

    private TestServer serve() throws Exception {
        return serve(SocketHubConfig.defaults(), handler);
    }

    @AfterEach
    void stopServer() throws Exception {
        release.countDown();
        server.close();
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    @Test
    void beforeStart_upgradesAreAnswered503() throws Exception {
        server = new TestServer(SocketHubConfig.defaults(), handler);

        assertThat(RawClient.request(server.port(), "")).startsWith("HTTP/1.1 503");

        server.hub.start();
        assertThat(RawClient.request(server.port(), "")).startsWith("HTTP/1.1 101");
    }

    @Test
    void afterQuiesce_upgradesAreAnswered503_andOpenSocketsAreStillServed() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        server.hub.quiesce();

        assertThat(RawClient.request(server.port(), ""))
                .startsWith("HTTP/1.1 503")
                .contains("Retry-After: 5\r\n")
                .contains("Connection: close\r\n");
        client.send("still here");
        await().until(() -> client.texts.contains("still here"));
        assertThat(server.hub.counts().refusedNotAccepting()).isEqualTo(1);
        assertThat(server.hub.counts().opened()).isEqualTo(1);
    }

    @Test
    void drain_waitsForTheMessageBeingHandled() throws Exception {
        Client client =
                Client.connected(serve(SocketHubConfig.defaults(), blocking).uri());
        client.send("slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        server.hub.quiesce();
        CompletableFuture<Void> drained = async(() -> server.hub.drain(in(10_000)));
        await().during(Duration.ofMillis(100)).until(() -> !drained.isDone());
        release.countDown();

        drained.get(10, TimeUnit.SECONDS);
        await().until(() -> client.texts.contains("handled"));
    }

    @Test
    void drainThatRunsOut_saysHowManyCallsWereLeft() throws Exception {
        Client client =
                Client.connected(serve(SocketHubConfig.defaults(), blocking).uri());
        client.send("slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> server.hub.drain(in(50)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("1 socket handler calls and 0 upgrades were under way at the deadline");
    }

    @Test
    void drainThatIsInterrupted_saysHowManyCallsWereLeft() throws Exception {
        Client client =
                Client.connected(serve(SocketHubConfig.defaults(), blocking).uri());
        client.send("slow");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> server.hub.drain(in(10_000)))
                .isInstanceOf(InterruptedException.class)
                .hasMessage("1 socket handler calls and 0 upgrades were under way when draining ended");
    }

    @Test
    void onceDrainingHasBegun_noMessageIsHandled_butSocketsCanBeSentTo() throws Exception {
        Client client = Client.connected(serve().uri());
        await().until(() -> handler.sockets.size() == 1);

        server.hub.drain(in(1000));
        client.send("too late");
        await().until(() -> server.hub.counts().discardedMessages() == 1);
        assertThat(handler.sockets.get(0).send("from a request in flight")).isTrue();
        server.hub.stop(in(10_000));

        assertThat(client.closeFrame()).isEqualTo(RESTART);
        assertThat(client.texts).containsExactly("from a request in flight");
        assertThat(handler.events).containsExactly("opened", "closed " + RESTART);
    }
}
