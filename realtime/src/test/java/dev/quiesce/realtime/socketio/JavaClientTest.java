package dev.quiesce.realtime.socketio;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.Coordinator;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java client of the Socket.IO project, which is not ours. */
class JavaClientTest {
    private static final int PATIENCE_SECONDS = 10;

    private final ContractServer server = new ContractServer(ContractOptions.of(List.of()));
    private final Coordinator coordinator = Coordinator.of(server.graph());
    private final List<Socket> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        coordinator.start();
    }

    @AfterEach
    void stop() {
        clients.forEach(Socket::close);
        assertThat(coordinator.stop("end of the test").isClean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling,websocket"})
    void event_isAcknowledged_onEachTransport(String transports) throws Exception {
        Socket client = connect("/", transports.split(","));

        assertThat(ask(client, "message-with-ack", "Grüße, 世界", 7)).containsExactly("Grüße, 世界", 7);
    }

    @Test
    void question_isAnswered_byTheClient() throws Exception {
        Socket client = connect("/", "websocket");
        client.on("question", arguments -> ((Ack) arguments[arguments.length - 1]).call("to " + arguments[0]));

        assertThat(ask(client, "ask-me", 5000, "who?")).containsExactly("answer", "to who?");
    }

    @Test
    void binaryEvent_arrivesAsItWasSent() throws Exception {
        Socket client = connect("/", "websocket");
        byte[] bytes = new byte[100_000];
        bytes[99_999] = 42;

        assertThat(ask(client, "message-with-ack", bytes, new JSONObject().put("deep", new byte[] {1, 2})))
                .hasSize(2)
                .satisfies(answer -> {
                    assertThat((byte[]) answer[0]).isEqualTo(bytes);
                    assertThat((byte[]) ((JSONObject) answer[1]).get("deep")).containsExactly(1, 2);
                });
    }

    @Test
    void binaryBroadcast_reachesAllInSeveralRooms_once() throws Exception {
        Map<Socket, String> rooms = Map.of(
                connect("/", "websocket"), "a", connect("/", "polling"), "b", connect("/", "websocket"), "elsewhere");
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        for (Map.Entry<Socket, String> each : rooms.entrySet()) {
            each.getKey().on("news", arguments -> received.add(each.getValue() + ((byte[]) arguments[1]).length));
            ask(each.getKey(), "join", each.getValue());
            ask(each.getKey(), "join", each.getValue() + "-too");
        }
        Socket sender = connect("/", "websocket");

        JSONObject how = new JSONObject().put("rooms", List.of("a", "a-too", "b"));
        ask(sender, "broadcast", how, "news", "text", new byte[] {1, 2, 3});

        assertThat(List.of(poll(received), poll(received))).containsExactlyInAnyOrder("a3", "b3");
        for (Socket each : rooms.keySet()) {
            ask(each, "message-with-ack");
        }
        assertThat(received).isEmpty();
    }

    @Test
    void client_isRefused_withMessageAndData() throws Exception {
        Socket client = client("/guarded", "websocket");
        CompletableFuture<Object> refused = new CompletableFuture<>();
        client.on(Socket.EVENT_CONNECT_ERROR, arguments -> refused.complete(arguments[0]));
        client.connect();

        JSONObject error = (JSONObject) refused.get(PATIENCE_SECONDS, SECONDS);
        assertThat(error.get("message")).isEqualTo("not authorized");
        assertThat(((JSONObject) error.get("data")).get("code")).isEqualTo(401);
    }

    @Test
    void client_comesBack_whenItsTransportIsClosedWith1012() throws Exception {
        Socket client = connect("/", "websocket");
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        BlockingQueue<String> begins = new LinkedBlockingQueue<>();
        client.on(Socket.EVENT_DISCONNECT, arguments -> ends.add((String) arguments[0]));
        client.on(Socket.EVENT_CONNECT, arguments -> begins.add(client.id()));
        String before = client.id();

        client.emit("close-transport", 1012);

        // Its library takes 1012 for a code that may not be used, and hangs up.
        assertThat(poll(ends)).isEqualTo("transport error");
        assertThat(poll(begins)).isNotEqualTo(before);
        assertThat(ask(client, "message-with-ack", "back")).containsExactly("back");
    }

    private Socket connect(String namespace, String... transports) throws Exception {
        Socket client = client(namespace, transports);
        CompletableFuture<@Nullable Void> connected = new CompletableFuture<>();
        client.once(Socket.EVENT_CONNECT, arguments -> connected.complete(null));
        client.connect();
        connected.get(PATIENCE_SECONDS, SECONDS);
        return client;
    }

    private Socket client(String namespace, String... transports) {
        IO.Options options = new IO.Options();
        options.forceNew = true;
        options.transports = transports;
        options.reconnectionDelay = 50;
        Socket client = IO.socket(URI.create(server.url() + namespace), options);
        clients.add(client);
        return client;
    }

    private static Object[] ask(Socket client, String event, Object... arguments) throws Exception {
        CompletableFuture<Object[]> answer = new CompletableFuture<>();
        client.emit(event, arguments, (Ack) answer::complete);
        return answer.get(PATIENCE_SECONDS, SECONDS);
    }

    private static String poll(BlockingQueue<String> queue) throws InterruptedException {
        return String.valueOf(queue.poll(PATIENCE_SECONDS, SECONDS));
    }
}
