package dev.quiesce.realtime.engineio;

import static dev.quiesce.realtime.Async.async;
import static dev.quiesce.realtime.engineio.PollingClient.SEPARATOR;
import static dev.quiesce.realtime.engineio.TestEngine.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineRaceTest {
    private final RecordingEngineHandler handler = new RecordingEngineHandler();

    /** Polls until it is told to stop, as stock clients do, and notes what comes. */
    private static void pollUntilReleased(PollingClient client, List<String> received) throws Exception {
        while (true) {
            String answer = client.poll();
            assertThat(answer).startsWith("200 ");
            for (String packet : answer.substring(4).split(SEPARATOR)) {
                if (packet.equals("6")) {
                    return;
                }
                received.add(packet);
            }
        }
    }

    @Test
    void anUpgradeThatRacesWithSends_losesNothing_doublesNothing_andKeepsTheOrder() throws Exception {
        TestEngine server = TestEngine.started(EngineIoConfig.defaults(), handler);
        try {
            for (int round = 0; round < 30; round++) {
                handler.sockets.clear();
                PollingClient client = PollingClient.open(server.port());
                await().until(() -> handler.sockets.size() == 1);
                EngineSocket socket = handler.sockets.get(0);
                CompletableFuture<Void> sender = async(() -> {
                    for (int i = 0; i < 300; i++) {
                        socket.send(Packet.text("n" + i));
                        if (i % 20 == 0) {
                            Thread.yield();
                        }
                    }
                });
                List<String> received = new ArrayList<>();
                CompletableFuture<Void> polls = async(() -> pollUntilReleased(client, received));
                WebSocketClient webSocket = WebSocketClient.offer(server.port(), client);
                webSocket.send("2probe");
                assertThat(webSocket.next()).isEqualTo("3probe");
                polls.get(15, TimeUnit.SECONDS);
                webSocket.send("5");
                sender.get(15, TimeUnit.SECONDS);
                while (received.size() < 300) {
                    received.add(webSocket.next());
                }
                for (int i = 0; i < 300; i++) {
                    assertThat(received.get(i)).isEqualTo("4n" + i);
                }
                socket.send(Packet.text("end"));
                assertThat(webSocket.next()).isEqualTo("4end");
                webSocket.drop();
            }
        } finally {
            server.close();
        }
    }

    @Test
    void handshakesThatRaceWithQuiesceAndDrain_areRefused_orTheirSocketsEnd() throws Exception {
        int accepted = 0;
        int refused = 0;
        for (int round = 0; round < 15; round++) {
            RecordingEngineHandler fresh = new RecordingEngineHandler();
            TestEngine server = TestEngine.started(EngineIoConfig.defaults(), fresh);
            try {
                List<CompletableFuture<HttpResponse<String>>> opening = new ArrayList<>();
                List<CompletableFuture<WebSocketClient>> connecting = new ArrayList<>();
                String polling = "http://127.0.0.1:" + server.port() + "/engine.io/?EIO=4&transport=polling";
                for (int i = 0; i < 6; i++) {
                    // Whoever is let in asks on, and so learns of the end.
                    opening.add(PollingClient.sending(PollingClient.request(polling))
                            .thenCompose(answer -> answer.statusCode() == 200
                                    ? PollingClient.opened(answer).asking()
                                    : CompletableFuture.completedFuture(answer)));
                    connecting.add(WebSocketClient.connecting(server.port(), "/engine.io/?EIO=4&transport=websocket"));
                }
                if (round % 3 == 0) {
                    await().until(() -> server.engine.size() > 0);
                }
                server.engine.quiesce();
                server.engine.drain(in(10_000));
                for (CompletableFuture<HttpResponse<String>> each : opening) {
                    HttpResponse<String> answer = each.get(10, TimeUnit.SECONDS);
                    int status = answer.statusCode();
                    assertThat(status == 200 ? answer.body() : "503").isIn("1", "503");
                    accepted += status == 200 ? 1 : 0;
                    refused += status == 503 ? 1 : 0;
                }
                assertThat(server.engine.counts().polling()).isZero();
                server.engine.stop(in(10_000));
                for (CompletableFuture<WebSocketClient> each : connecting) {
                    WebSocketClient client =
                            each.handle((open, failure) -> open).get(10, TimeUnit.SECONDS);
                    if (client == null) {
                        refused++;
                    } else {
                        accepted++;
                        assertThat(client.end()).endsWith("1012 service restart");
                    }
                }
                long opened = fresh.events.stream().filter("opened"::equals).count();
                assertThat(fresh.events)
                        .filteredOn("closed server shutting down"::equals)
                        .hasSize((int) opened);
                assertThat(fresh.events).hasSize((int) (2 * opened));
                assertThat(server.engine.size()).isZero();
            } finally {
                server.close();
            }
        }
        assertThat(accepted).isPositive();
        assertThat(refused).isPositive();
    }

    @Test
    void sendsFromManyThreads_keepTheOrderOfEach_andGroupsStayTogether() throws Exception {
        TestEngine server = TestEngine.started(EngineIoConfig.defaults(), handler);
        try {
            WebSocketClient client = WebSocketClient.open(server.port());
            await().until(() -> handler.sockets.size() == 1);
            EngineSocket socket = handler.sockets.get(0);
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int sender = 0; sender < 4; sender++) {
                String name = "s" + sender;
                senders.add(async(() -> {
                    for (int i = 0; i < 500; i++) {
                        socket.send(List.of(Packet.text(name + " " + i), Packet.text(name + " " + i + " second")));
                    }
                }));
            }
            int[] next = new int[4];
            for (int i = 0; i < 2000; i++) {
                String first = client.next();
                int sender = first.charAt(2) - '0';
                assertThat(first).isEqualTo("4s" + sender + " " + next[sender]++);
                assertThat(client.next()).isEqualTo(first + " second");
            }
            for (CompletableFuture<Void> sender : senders) {
                sender.get(10, TimeUnit.SECONDS);
            }
        } finally {
            server.close();
        }
    }

    @Test
    void sendsThatRaceWithTheStop_leaveNoSocketWhoseEndIsNotTold() throws Exception {
        for (int round = 0; round < 15; round++) {
            RecordingEngineHandler fresh = new RecordingEngineHandler();
            TestEngine server = TestEngine.started(EngineIoConfig.defaults(), fresh);
            try {
                for (int i = 0; i < 4; i++) {
                    WebSocketClient.open(server.port());
                    PollingClient.open(server.port());
                }
                await().until(() -> fresh.sockets.size() == 8);
                CompletableFuture<Void> sender = async(() -> {
                    while (fresh.sockets.stream().anyMatch(EngineSocket::isOpen)) {
                        fresh.sockets.forEach(socket -> socket.sendVolatile(List.of(Packet.text("tick"))));
                    }
                });
                server.engine.stop(in(10_000));

                assertThat(fresh.events)
                        .filteredOn("closed server shutting down"::equals)
                        .hasSize(8);
                sender.get(10, TimeUnit.SECONDS);
            } finally {
                server.close();
            }
        }
    }

    /** So many packets that whoever looks while they are made ready for the last request finds a socket that is ending. */
    @Test
    void aPollThatComesWhileItsSocketEnds_getsWhatWasSent_andThenTheEnd() throws Exception {
        int packets = 50_000;
        TestEngine server = TestEngine.started(EngineIoConfig.defaults().withOutboundQueueBytes(64 << 20), handler);
        try {
            for (int round = 0; round < 10; round++) {
                handler.sockets.clear();
                PollingClient client = PollingClient.open(server.port());
                await().until(() -> handler.sockets.size() == 1);
                EngineSocket socket = handler.sockets.get(0);
                for (int i = 0; i < packets; i++) {
                    socket.send(Packet.text("n" + i));
                }
                CompletableFuture<Void> end = async(socket::close);
                while (socket.isOpen()) {
                    Thread.onSpinWait();
                }

                String rest = client.poll();
                assertThat(rest.substring(0, 20)).startsWith("200 4n0");
                assertThat(rest.split(SEPARATOR)).hasSize(packets).endsWith("4n" + (packets - 1));
                assertThat(client.poll()).isEqualTo("200 1");
                end.get(15, TimeUnit.SECONDS);
            }
        } finally {
            server.close();
        }
    }
}
