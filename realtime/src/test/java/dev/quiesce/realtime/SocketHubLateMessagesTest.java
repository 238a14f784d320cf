package dev.quiesce.realtime;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketHubLateMessagesTest {
    private final RecordingHandler handler = new RecordingHandler();
    private TestServer server;

    private void serve(SocketHubConfig config) throws Exception {
        server = TestServer.started(config, handler);
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    @Test
    void messagesThatComeAfterTheDrain_areHandled_andAnswered_ifThatIsWanted() throws Exception {
        serve(SocketHubConfig.defaults().withLateMessagesHandled());
        Client client = Client.connected(server.uri());
        server.hub.quiesce();
        server.hub.drain(in(10_000));
        client.send("late");

        await().until(() -> client.texts.contains("late"));
        server.hub.stop(in(10_000));
        assertThat(handler.events).containsExactly("opened", "text late", "closed 1012 service restart");
    }

    @Test
    void messagesThatAPeerHasSent_beforeItsCloseFrame_areHandled_ifThatIsWanted() throws Exception {
        serve(SocketHubConfig.defaults().withLateMessagesHandled());
        try (RawClient client = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            CompletableFuture<Void> stopped = async(() -> server.hub.stop(in(10_000)));
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1012);
            client.sendText("one");
            client.send(RawClient.TEXT, false, new byte[] {'t', 'w'});
            client.send(0, true, new byte[] {'o'});
            client.send(RawClient.BINARY, true, new byte[] {1, 2, 3});
            client.sendClose(1012);
            stopped.get(10, TimeUnit.SECONDS);
        }
        assertThat(handler.events)
                .containsExactly("opened", "text one", "text two", "binary 3", "closed 1012 service restart");
        assertThat(server.hub.closing()).isEqualTo(new Closing(1, 0, 0));
    }

    @Test
    void messagesThatCome_onceTheStopIsClosed_areDropped_ifNothingElseIsWanted() throws Exception {
        serve(SocketHubConfig.defaults());
        try (RawClient client = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            CompletableFuture<Void> stopped = async(() -> server.hub.stop(in(10_000)));
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1012);
            client.sendText("late");
            client.sendClose(1012);
            stopped.get(10, TimeUnit.SECONDS);
        }
        assertThat(handler.events).containsExactly("opened", "closed 1012 service restart");
    }

    @Test
    void messagesThatComeAfterACloseOfTheApplication_areDropped_whateverIsWanted() throws Exception {
        serve(SocketHubConfig.defaults().withLateMessagesHandled());
        try (RawClient client = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            handler.sockets.get(0).close(4000, "go");
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(4000);
            client.sendText("late");
            client.sendClose(1000);
            assertThat(client.endsCleanly()).isTrue();
        }
        await().untilAsserted(() -> assertThat(handler.events).containsExactly("opened", "closed 4000 go"));
    }

    @Test
    void stop_spreadsItsCloses_overTheTimeThatTheRateAsksFor() throws Exception {
        serve(SocketHubConfig.defaults().withClosesPerSecond(25));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(Client.connected(server.uri()));
        }
        await().until(() -> server.hub.size() == 10);
        long began = System.nanoTime();
        server.hub.stop(in(10_000));

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(350), Duration.ofMillis(5_000));
        assertThat(server.hub.closing()).isEqualTo(new Closing(10, 0, 0));
        for (Client client : clients) {
            assertThat(client.closeFrame()).isEqualTo("1012 service restart");
        }
        assertThat(server.hub.closeWindow(50, in(10_000))).isEqualTo(Duration.ofSeconds(2));
        assertThat(server.hub.closeWindow(50, in(1_000))).isBetween(Duration.ofMillis(300), Duration.ofMillis(500));
    }

    @Test
    void nothingMoreIsRead_untilTheHandlerOfAPausedSocketGoesOn() throws Exception {
        AtomicReference<Runnable> resume = new AtomicReference<>();
        server = TestServer.started(SocketHubConfig.defaults(), new SocketHandler() {
            @Override
            public void text(Socket socket, String message) {
                handler.events.add(message);
                if (message.equals("pause")) {
                    resume.set(socket.pauseReading());
                }
            }
        });
        Client paused = Client.connected(server.uri());
        Client other = Client.connected(server.uri());
        paused.send("pause");
        await().until(() -> resume.get() != null);
        paused.send("next");
        other.send("other");
        await().until(() -> handler.events.contains("other"));
        assertThat(handler.events).containsExactly("pause", "other");
        resume.get().run();
        resume.get().run();

        await().until(() -> handler.events.contains("next"));
        paused.send("last");
        await().until(() -> handler.events.contains("last"));
    }

    @Test
    void whoHasEndedASocket_isKnown() throws Exception {
        serve(SocketHubConfig.defaults());
        Client first = Client.connected(server.uri());
        await().until(() -> handler.sockets.size() == 1);
        Client second = Client.connected(server.uri());
        await().until(() -> handler.sockets.size() == 2);
        assertThat(handler.sockets.get(0).isEndedByPeer()).isFalse();
        first.close(4001, "");
        handler.sockets.get(1).close(4002, "");

        assertThat(second.closeFrame()).isEqualTo("4002 ");
        await().until(() -> server.hub.size() == 0);
        assertThat(handler.sockets.get(0).isEndedByPeer()).isTrue();
        assertThat(handler.sockets.get(1).isEndedByPeer()).isFalse();
    }
}
