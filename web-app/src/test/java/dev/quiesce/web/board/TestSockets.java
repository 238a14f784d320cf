package dev.quiesce.web.board;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.realtime.socketio.EventLog;
import dev.quiesce.realtime.socketio.Namespace;
import dev.quiesce.realtime.socketio.Retention;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.web.testing.SocketIoClient;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.eclipse.jetty.server.Server;

/** The sockets of the board on a server of their own. Whoever sends the name of a user as its cookie is signed in, until it is out. */
final class TestSockets implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    final Map<String, String> signedIn = new ConcurrentHashMap<>();
    private final Server jetty = new Server(new InetSocketAddress("127.0.0.1", 0));
    private final SocketIoServer sockets =
            new SocketIoServer(SocketIoConfig.defaults(), EventLog.inMemory(Retention.defaults()));
    private final Presence presence;

    TestSockets(DataSource d4) throws Exception {
        SocketUsers users = new SocketUsers((cookies, attribute) -> Optional.ofNullable(signedIn.get(cookies)));
        BoardSockets board = new BoardSockets(users, new Chat(new ChatStore(d4), users));
        board.serve(namespace());
        presence = board.presence(namespace());
        jetty.setHandler(sockets.mount());
        jetty.start();
        sockets.start();
        presence.start();
    }

    Namespace namespace() {
        return sockets.of("/");
    }

    SocketIoClient guest() throws Exception {
        return SocketIoClient.join(jetty.getURI());
    }

    SocketIoClient signIn(String name) throws Exception {
        signedIn.put("session=" + name, name);
        return SocketIoClient.join(HttpClient.newHttpClient(), jetty.getURI(), Map.of("Cookie", "session=" + name));
    }

    @Override
    public void close() {
        try {
            presence.stop(Deadline.after(PATIENCE));
            sockets.stop(Deadline.after(PATIENCE));
            jetty.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the sockets of the test have not stopped", e);
        }
    }
}
