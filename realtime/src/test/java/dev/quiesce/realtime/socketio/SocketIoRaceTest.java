package dev.quiesce.realtime.socketio;

import static dev.quiesce.realtime.Async.async;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketIoRaceTest {
    private final AtomicInteger left = new AtomicInteger();
    private Instance server;
    private Namespace main;

    @BeforeEach
    void serve() throws Exception {
        server = new Instance(
                SocketIoConfig.defaults(),
                EventLog.inMemory(Retention.defaults()),
                namespace -> namespace.onDisconnect((socket, reason) -> left.incrementAndGet()));
        main = server.main;
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private static long position(String offset) {
        return Long.parseLong(offset.substring(0, offset.indexOf('.')), Character.MAX_RADIX);
    }

    @Test
    void eventsOfManyThreads_comeInOneOrder_toAll_andTheirOffsetsAscend() throws Exception {
        List<IoClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(IoClient.joined(server.port()));
        }
        await().until(() -> main.size() == 4);
        List<CompletableFuture<Void>> emitters = new ArrayList<>();
        for (int emitter = 0; emitter < 4; emitter++) {
            String name = "e" + emitter;
            emitters.add(async(() -> {
                for (int i = 0; i < 250; i++) {
                    main.emit(name, i);
                }
            }));
        }
        Pattern event = Pattern.compile("2\\[\"e(\\d)\",(\\d+),\"([^\"]+)\"]");
        List<String> first = new ArrayList<>();
        for (IoClient client : clients) {
            List<String> got = new ArrayList<>();
            long last = 0;
            int[] next = new int[4];
            for (int i = 0; i < 1000; i++) {
                String packet = client.next();
                Matcher parts = event.matcher(packet);
                assertThat(parts.matches()).as(packet).isTrue();
                assertThat(Integer.parseInt(parts.group(2))).isEqualTo(next[Integer.parseInt(parts.group(1))]++);
                assertThat(position(parts.group(3))).isGreaterThan(last);
                last = position(parts.group(3));
                got.add(packet);
            }
            if (first.isEmpty()) {
                first.addAll(got);
            }
            assertThat(got).isEqualTo(first);
        }
        for (CompletableFuture<Void> emitter : emitters) {
            emitter.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void eventsThatRaceWithDisconnects_leaveNothingBehind() throws Exception {
        int rounds = 60;
        for (int round = 0; round < rounds; round++) {
            IoClient client = IoClient.joined(server.port());
            await().until(() -> main.size() == 1);
            IoSocket socket = main.sockets().get(0);
            CompletableFuture<Void> emitter = async(() -> {
                for (int i = 0; i < 50; i++) {
                    socket.emit("direct", i);
                    main.emit("all", i);
                    socket.join("room" + i % 3);
                }
            });
            switch (round % 4) {
                case 0 -> client.drop();
                case 1 -> client.send("1");
                case 2 -> socket.disconnect();
                default -> socket.disconnect(true);
            }
            emitter.get(10, TimeUnit.SECONDS);
            int expected = round + 1;
            await().until(() -> main.size() == 0 && left.get() == expected);
            assertThat(main.to("room0", "room1", "room2").sockets()).isEmpty();
            client.drop();
        }
        assertThat(left).hasValue(rounds);
        await().until(() -> server.io.size() == 0);
    }

    @Test
    void aJoinThatRacesWithBroadcasts_getsAllThatFollows_withoutAGap() throws Exception {
        for (int round = 0; round < 40; round++) {
            IoClient client = IoClient.joined(server.port());
            await().until(() -> main.size() == 1);
            IoSocket socket = main.sockets().get(0);
            CompletableFuture<Void> emitter = async(() -> {
                for (int i = 0; i < 100; i++) {
                    main.to("room").emit("n", i);
                }
            });
            socket.join("room");
            emitter.get(10, TimeUnit.SECONDS);
            main.to("room").emit("n", 100);
            Pattern number = Pattern.compile("2\\[\"n\",(\\d+),\"[^\"]+\"]");
            int last = -1;
            while (last != 100) {
                Matcher packet = number.matcher(client.next());
                assertThat(packet.matches()).isTrue();
                int got = Integer.parseInt(packet.group(1));
                assertThat(last == -1 || got == last + 1).as(last + ", " + got).isTrue();
                last = got;
            }
            client.drop();
            await().until(() -> main.size() == 0);
        }
    }

    @Test
    void aClientThatIsLostWhileEventsFlow_getsEachOnce_inOrder() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(server.port());
        int events = 400;
        CompletableFuture<Void> emitter = async(() -> {
            for (int i = 0; i < events; i++) {
                main.emit("n", i);
                if (i % 10 == 9) {
                    int seen = i;
                    await().until(() -> client.events.size() > seen / 2);
                }
            }
        });
        int lost = 0;
        while (!emitter.isDone()) {
            client.vanish();
            client.connect(server.port());
            assertThat(client.recovered).isTrue();
            lost++;
        }
        emitter.get(10, TimeUnit.SECONDS);
        await().until(() -> client.events.size() >= events);
        for (int i = 0; i < events; i++) {
            assertThat(client.events.get(i)).isEqualTo(String.valueOf(i));
        }
        assertThat(client.events).hasSize(events);
        assertThat(lost).isPositive();
    }

    @Test
    void putsThatRace_areAllThere_alsoAfterARecovery() throws Exception {
        RecoveringClient client = new RecoveringClient().connect(server.port());
        await().until(() -> main.size() == 1);
        IoSocket socket = main.sockets().get(0);
        List<CompletableFuture<Void>> putters = new ArrayList<>();
        for (int putter = 0; putter < 4; putter++) {
            String name = "p" + putter + "-";
            putters.add(async(() -> {
                for (int i = 0; i < 50; i++) {
                    socket.put(name + i, i);
                }
            }));
        }
        for (CompletableFuture<Void> putter : putters) {
            putter.get(10, TimeUnit.SECONDS);
        }
        client.vanish();
        await().until(() -> main.size() == 0);
        client.connect(server.port());
        await().until(() -> main.size() == 1);

        assertThat(client.recovered).isTrue();
        for (int i = 0; i < 200; i++) {
            assertThat(main.sockets().get(0).get("p" + i / 50 + "-" + i % 50)).contains(i % 50);
        }
    }
}
