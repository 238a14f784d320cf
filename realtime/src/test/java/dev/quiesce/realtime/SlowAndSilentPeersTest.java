package dev.quiesce.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SlowAndSilentPeersTest {
    private final RecordingHandler handler = new RecordingHandler();
    private TestServer server;

    private TestServer serve(SocketHubConfig config, SocketHandler served) throws Exception {
        server = TestServer.started(config, served);
        return server;
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
    }

    private void awaitEvents(String... events) {
        await().untilAsserted(() -> assertThat(handler.events).containsExactly(events));
    }

    @Test
    void aPeerThatDoesNotAnswerTheCloseFrame_isCut() throws Exception {
        serve(SocketHubConfig.defaults().withCloseTimeout(Duration.ofMillis(100)), handler);
        try (RawClient client = RawClient.connected(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            handler.sockets.get(0).close(4000, "go");

            awaitEvents("opened", "closed 4000 go");
            assertThat(client.read().closeCode()).isEqualTo(4000);
            assertThat(client.endsCleanly()).isTrue();
        }
    }

    @Test
    void aSlowConsumer_isClosedWith1008_afterWhatWasQueued_andCounted() throws Exception {
        serve(SocketHubConfig.defaults().withOutboundQueueBytes(200_000), handler);
        try (RawClient slow = RawClient.withSmallBuffer(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            Client quick = Client.connected(server.uri());
            await().until(() -> handler.sockets.size() == 2);

            int sent = 0;
            String message = "x".repeat(50_000);
            while (handler.sockets.get(0).send(message)) {
                sent++;
            }

            assertThat(server.hub.counts().slowConsumers()).isEqualTo(1);
            handler.sockets.get(1).send("not slowed down");
            await().until(() -> quick.texts.contains("not slowed down"));
            for (int i = 0; i < sent; i++) {
                assertThat(slow.read().payload()).hasSize(50_000);
            }
            assertThat(slow.read()).satisfies(close -> {
                assertThat(close.closeCode()).isEqualTo(1008);
                assertThat(close.closeReason()).contains("too slow");
            });
        }
    }

    @Test
    void aSlowConsumerThatNeverReads_isCut_andItsMemoryFreed() throws Exception {
        serve(
                SocketHubConfig.defaults().withOutboundQueueBytes(200_000).withCloseTimeout(Duration.ofMillis(100)),
                handler);
        try (RawClient slow = RawClient.withSmallBuffer(server.port())) {
            await().until(() -> handler.sockets.size() == 1);
            String message = "x".repeat(50_000);
            while (handler.sockets.get(0).send(message)) {
                assertThat(slow.response).isNotEmpty();
            }

            await().until(() -> server.hub.size() == 0);
            awaitEvents("opened", "closed 1008 too slow: more than 200000 bytes waiting");
        }
    }

    @Test
    void aMessageThatNoQueueCanTake_isRefusedWithItsSizeAndTheBound() throws Exception {
        Client.connected(serve(SocketHubConfig.defaults().withOutboundQueueBytes(1000), handler)
                .uri());
        await().until(() -> handler.sockets.size() == 1);

        assertThatThrownBy(() -> handler.sockets.get(0).send("x".repeat(1000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1000 bytes")
                .hasMessageContaining("outboundQueueBytes");
        assertThat(handler.sockets.get(0).isOpen()).isTrue();
    }

    @Test
    void aMessageThatNoQueueCanTake_isDroppedLikeAnyOther_onceItsSocketCloses() throws Exception {
        Client.connected(serve(SocketHubConfig.defaults().withOutboundQueueBytes(1000), handler)
                .uri());
        await().until(() -> handler.sockets.size() == 1);

        handler.sockets.get(0).close(1000, "done");

        assertThat(handler.sockets.get(0).send("x".repeat(1000))).isFalse();
    }

    @Test
    void aPeerThatStopsAnsweringPings_isCutAndCounted_whileOthersStay() throws Exception {
        serve(SocketHubConfig.defaults().withHeartbeat(Duration.ofMillis(100), Duration.ofMillis(100)), handler);
        Client alive = Client.connected(server.uri());
        try (RawClient dead = RawClient.connected(server.port())) {
            assertThat(dead.read().opCode()).isEqualTo(RawClient.PING);
            assertThat(dead.endsCleanly()).isTrue();
        }

        await().until(() -> handler.events.contains("closed 1006 no pong within 100 ms"));
        assertThat(server.hub.size()).isEqualTo(1);
        assertThat(server.hub.counts().heartbeatsLost()).isEqualTo(1);
        alive.send("alive");
        await().until(() -> alive.texts.contains("alive"));
    }

    @Test
    void aPeerWhoseMessageIsHandledForLong_isNotTakenForDead() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Duration beat = Duration.ofMillis(50);
        serve(SocketHubConfig.defaults().withHeartbeat(beat, beat), new SocketHandler() {
            @Override
            public void text(Socket socket, String message) throws Exception {
                assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
                socket.send("handled");
            }
        });
        Client client = Client.connected(server.uri());
        Client witness = Client.connected(server.uri());
        try (RawClient dead = RawClient.connected(server.port())) {
            client.send("long");
            // By the time that the dead peer is found, the busy one has been silent for as long.
            dead.readToEnd();
        }
        release.countDown();

        await().until(() -> client.texts.contains("handled"));
        assertThat(server.hub.counts().heartbeatsLost()).isEqualTo(1);
        assertThat(witness.closed).isNotDone();
    }
}
