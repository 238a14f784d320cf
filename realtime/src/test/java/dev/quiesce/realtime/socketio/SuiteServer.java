package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.EngineIoConfig;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** What the protocol's own test suite wants on port 3000. */
final class SuiteServer {
    private SuiteServer() {}

    public static void main(String... arguments) throws Exception {
        EngineIoConfig connections = EngineIoConfig.defaults()
                .withPath("/socket.io/")
                .withHeartbeat(Duration.ofMillis(300), Duration.ofMillis(200));
        SocketIoServer io = new SocketIoServer(
                SocketIoConfig.defaults().withConnections(connections).withConnectTimeout(Duration.ofSeconds(1)),
                EventLog.none());
        for (String name : List.of("/", "/custom")) {
            io.of(name).onConnection(socket -> {
                socket.emit("auth", socket.auth());
                socket.on("message", event -> socket.emit("message-back", all(event)));
                socket.on("message-with-ack", event -> event.ack(all(event)));
            });
        }
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3000);
        server.addConnector(connector);
        server.setHandler(io.mount());
        server.start();
        io.start();
        System.in.read();
        System.exit(0);
    }

    private static Object[] all(Event event) {
        Object[] all = new Object[event.arguments().size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = event.get(i);
        }
        return all;
    }
}
