package dev.quiesce.realtime.samples;

import dev.quiesce.realtime.socketio.ConnectRefusedException;
import dev.quiesce.realtime.socketio.Connecting;
import dev.quiesce.realtime.socketio.DatabaseEventLog;
import dev.quiesce.realtime.socketio.DatabaseEventLogConfig;
import dev.quiesce.realtime.socketio.Event;
import dev.quiesce.realtime.socketio.IoSocket;
import dev.quiesce.realtime.socketio.Namespace;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.realtime.socketio.SocketIoServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** A chat with rooms. Thread-safe. */
public final class Chat {
    private final SocketIoServer server;
    private final Namespace namespace;

    private record Said(String by, String text) {}

    public Chat(DataSource database) {
        server = new SocketIoServer(
                SocketIoConfig.defaults(), new DatabaseEventLog(database, DatabaseEventLogConfig.defaults()));
        namespace = server.of("/chat");
        namespace.use(this::signIn).onConnection(this::joined);
    }

    public SocketIoServer server() {
        return server;
    }

    private void signIn(Connecting client) throws ConnectRefusedException {
        if (!(client.auth().get("name") instanceof String name) || name.isBlank()) {
            throw new ConnectRefusedException("say who you are", Map.of("field", "name"));
        }
        client.user(name);
    }

    private void joined(IoSocket socket) {
        socket.join("lobby");
        if (!socket.isRecovered()) {
            socket.emit("welcome", socket.user().orElseThrow());
        }
        socket.on("say", this::say);
        socket.onDisconnect(
                (gone, reason) -> namespace.to("lobby").emit("left", gone.user().orElseThrow(), reason.toString()));
    }

    private void say(Event event) {
        IoSocket from = event.socket();
        from.to("lobby").emit("said", new Said(from.user().orElseThrow(), event.text(0)));
        event.ack("ok");
    }

    /** Tells everybody, and returns once nobody can miss it any more. */
    public void announce(String text) throws Exception {
        try {
            namespace
                    .to("lobby")
                    .publish("announcement", text)
                    .toCompletableFuture()
                    .get(2, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the announcement waits for the database", e);
        }
    }

    /** Asks everybody in the lobby, and returns how many have agreed. */
    public long vote(String question) throws Exception {
        return namespace
                .to("lobby")
                .emitWithAck(Duration.ofSeconds(5), "vote", question)
                .toCompletableFuture()
                .get(6, TimeUnit.SECONDS)
                .received()
                .stream()
                .filter(answer -> answer.flag(0))
                .count();
    }
}
