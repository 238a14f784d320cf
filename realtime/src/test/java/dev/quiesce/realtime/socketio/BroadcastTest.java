package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.realtime.engineio.PollingClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom an event reaches, and in which order. */
@Timeout(30)
class BroadcastTest {
    private Instance server;

    private Namespace serve(Consumer<Namespace> set) throws Exception {
        server = new Instance(SocketIoConfig.defaults(), EventLog.none(), set);
        return server.main;
    }

    private IoClient joined() throws Exception {
        return IoClient.joined(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void whatOneThreadSendsAtOnce_comesInItsOrder_whateverItIs() throws Exception {
        Namespace main = serve(each -> {});
        IoClient client = joined();
        List<String> expected = new ArrayList<>();

        for (int i = 0; i < 400; i++) {
            String data = "[\"n\"," + i;
            switch (i % 4) {
                case 0 -> {
                    main.emit("n", i, new byte[] {1});
                    expected.add("51-" + data + ",{\"_placeholder\":true,\"num\":0}]");
                    expected.add("01");
                }
                case 1 -> {
                    main.to(client.id()).emit("n", i);
                    expected.add("2" + data + "]");
                }
                case 2 -> {
                    main.to(client.id()).emitWithAck(Duration.ofSeconds(20), "n", i);
                    expected.add("2" + i / 4 + data + "]");
                }
                default -> {
                    main.emit("n", i);
                    expected.add("2" + data + "]");
                }
            }
        }
        main.all().disconnect(false);
        expected.add("1");

        for (String each : expected) {
            assertThat(client.next()).isEqualTo(each);
        }
    }

    @Test
    void whatIsSentAtOnce_leavesASocketAtOnce() throws Exception {
        Namespace main = serve(each -> {});
        PollingClient client = PollingClient.open(server.port(), "/socket.io/");
        client.post("40");
        assertThat(client.poll()).startsWith("200 40");
        CompletableFuture<HttpResponse<String>> poll = client.asking();
        CountDownLatch mayGoOn = new CountDownLatch(1);
        main.whenHandedOn(() -> {
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        // So that the server has the request, and could answer it with the first event alone.
        await().during(Duration.ofMillis(300)).until(() -> !poll.isDone());
        main.emit("one");
        main.emit("two");
        main.all().publish("three");
        mayGoOn.countDown();

        assertThat(PollingClient.text(poll))
                .isEqualTo("200 42[\"one\"]" + PollingClient.SEPARATOR + "42[\"two\"]" + PollingClient.SEPARATOR
                        + "42[\"three\"]");
    }

    @Test
    void whatIsSentAtOnce_isMoreThanASocketIsSentAtOnce_andArrivesAllTheSame() throws Exception {
        Namespace main = serve(each -> {});
        IoClient client = joined();
        await().until(() -> main.size() == 1);
        String text = "x".repeat(30_000);

        for (int i = 0; i < 60; i++) {
            main.emit("n", i, text);
        }

        for (int i = 0; i < 60; i++) {
            assertThat(client.next()).isEqualTo("2[\"n\"," + i + ",\"" + text + "\"]");
        }
    }

    @Test
    void whatHasItselfInIt_isRefused() throws Exception {
        Namespace main = serve(each -> {});
        List<Object> endless = new ArrayList<>();
        endless.add(new byte[] {1});
        endless.add(endless);
        List<Object> endlessText = new ArrayList<>();
        endlessText.add(endlessText);

        for (List<Object> each : List.of(endless, endlessText)) {
            assertThatThrownBy(() -> main.emit("event", each))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("cannot be written as JSON");
        }
    }

    @Test
    void whatIsPublished_hasBeenSent_onceItIsTold() throws Exception {
        Namespace main = serve(each -> {});
        IoClient client = joined();
        await().until(() -> main.size() == 1);

        main.all().publish("one").toCompletableFuture().get(10, TimeUnit.SECONDS);
        main.sockets().get(0).engine().send(Encoder.disconnect("/"));

        assertThat(client.next()).isEqualTo("2[\"one\"]");
    }

    @Test
    void anEvent_reachesWhoIsInOneOfTheRooms_once_andNotWhoIsInAnExcludedOne() throws Exception {
        Namespace main = serve(each -> each.on("join", event -> {
            event.socket()
                    .join(event.arguments().list(0).stream()
                            .map(String::valueOf)
                            .toArray(String[]::new));
            event.ack();
        }));
        List<IoClient> clients = new ArrayList<>();
        for (String rooms : List.of("[\"red\"]", "[\"blue\"]", "[\"red\",\"blue\"]", "[\"green\"]", "[]")) {
            IoClient client = joined();
            client.send("20[\"join\"," + rooms + "]");
            assertThat(client.next()).isEqualTo("30[]");
            clients.add(client);
        }
        String last = clients.get(4).id();
        main.to("red").emit("red");
        main.to("red", "blue").emit("red or blue");
        main.to("red").to("green").emit("red or green");
        main.to("red", "blue").except("blue").emit("red and not blue");
        main.except("red", "green").emit("neither red nor green");
        main.to("nobody").emit("nobody");
        main.to(last).emit("one");
        main.to(last, "green").emit("one or green");
        main.except(last).emit("not one");
        main.emit("all");

        assertThat(until(clients.get(0), "all"))
                .containsExactly("red", "red or blue", "red or green", "red and not blue", "not one", "all");
        assertThat(until(clients.get(1), "all"))
                .containsExactly("red or blue", "neither red nor green", "not one", "all");
        assertThat(until(clients.get(2), "all"))
                .containsExactly("red", "red or blue", "red or green", "not one", "all");
        assertThat(until(clients.get(3), "all")).containsExactly("red or green", "one or green", "not one", "all");
        assertThat(until(clients.get(4), "all")).containsExactly("neither red nor green", "one", "one or green", "all");
        assertThat(main.to("red", "blue").except("green").sockets()).hasSize(3);
        assertThat(main.to(last).sockets()).extracting(IoSocket::id).containsExactly(last);
        assertThat(main.all().sockets()).hasSize(5);
    }

    private static List<String> until(IoClient client, String name) throws Exception {
        List<String> names = new ArrayList<>();
        do {
            String packet = client.next();
            names.add(packet.substring(3, packet.length() - 2));
        } while (!names.get(names.size() - 1).equals(name));
        return names;
    }

    @Test
    void aSocket_sendsToOthers_andNotToItself() throws Exception {
        serve(main -> main.onConnection(socket -> socket.join("room")).on("tell", event -> {
            event.socket().to("room").emit("room");
            event.socket().broadcast().emit("broadcast");
            event.socket().except("room").emit("nobody");
            event.socket().broadcast().except("none").emit("others");
            event.socket().namespace().emit("all");
        }));
        IoClient other = joined();
        IoClient client = joined();
        client.send("2[\"tell\"]");

        assertThat(until(other, "all")).containsExactly("room", "broadcast", "others", "all");
        assertThat(until(client, "all")).containsExactly("all");
    }

    @Test
    void rooms_areLeft_bySocketsAndByTheNamespace() throws Exception {
        Namespace main = serve(each -> {});
        IoClient client = joined();
        IoSocket socket = main.sockets().get(0);
        socket.join("a", "b", "c");
        await().untilAsserted(() -> assertThat(socket.rooms()).containsExactlyInAnyOrder("a", "b", "c"));
        socket.leave("b", "unknown");
        main.to("a").leave("a");
        main.to("c").join("d");
        await().untilAsserted(() -> assertThat(socket.rooms()).containsExactlyInAnyOrder("c", "d"));
        main.to("a", "b").emit("missed");
        main.to("d").emit("all");
        assertThat(until(client, "all")).containsExactly("all");

        client.drop();
        await().until(() -> main.size() == 0);
        socket.join("late");
        socket.emit("late");
        assertThat(main.to("c", "d", "late").sockets()).isEmpty();
        assertThat(socket.isConnected()).isFalse();
    }

    @Test
    void eventsOfOneThread_arriveInOrder_whoeverTheyAreFor() throws Exception {
        Namespace main = serve(each -> each.onConnection(socket -> socket.join("room")));
        IoClient client = joined();
        await().until(() -> main.to("room").sockets().size() == 1);
        String id = client.id();
        for (int i = 0; i < 300; i++) {
            (i % 3 == 0 ? main.all() : i % 3 == 1 ? main.to("room") : main.to(id)).emit("n", i);
        }
        for (int i = 0; i < 300; i++) {
            assertThat(client.next()).isEqualTo("2[\"n\"," + i + "]");
        }
    }

    @Test
    void binary_goesBothWays_deepInArguments_andToMany() throws Exception {
        Namespace main = serve(each -> each.on(
                "echo", event -> event.socket().emit("echoed", event.arguments().object(0), event.binary(1))));
        IoClient client = joined();
        IoClient other = joined();
        client.send("52-[\"echo\",{\"a\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1}]");
        client.send(new byte[] {1, 2});
        client.send(new byte[] {3});
        assertThat(client.next())
                .isEqualTo(
                        "52-[\"echoed\",{\"a\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1}]");
        assertThat(client.next()).isEqualTo("0102");
        assertThat(client.next()).isEqualTo("03");

        byte[] content = {7, 8};
        main.emit("blob", content);
        content[0] = 0;
        for (IoClient each : List.of(client, other)) {
            assertThat(each.next()).isEqualTo("51-[\"blob\",{\"_placeholder\":true,\"num\":0}]");
            assertThat(each.next()).isEqualTo("0708");
        }
    }

    @Test
    void volatileEvents_areDroppedForClientsThatDoNotTakeThem() throws Exception {
        Namespace main = serve(each -> {});
        PollingClient polling = PollingClient.open(server.port(), "/socket.io/");
        polling.post("40");
        assertThat(polling.poll()).startsWith("200 40{");
        IoClient client = joined();
        await().until(() -> main.size() == 2);
        // Whoever is quick takes some of many, and whoever does not ask takes none.
        for (int i = 0; i < 50; i++) {
            main.all().asVolatile().emit("volatile");
        }
        main.emit("kept");
        main.sockets().forEach(socket -> socket.asVolatile().emit("volatile"));
        await().until(() -> server.io.counts().eventsSent() == 104);

        assertThat(polling.poll()).isEqualTo("200 42[\"kept\"]");
        assertThat(until(client, "kept")).contains("volatile");
        assertThat(polling.post("1")).isEqualTo("200 ok");
    }
}
