package dev.quiesce.realtime.engineio;

import dev.quiesce.lifecycle.Deadline;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Sends back what it gets. As a program, what the protocol's own test suite wants on port 3000. */
final class EchoServer {
    final Server server = new Server();
    final ServerConnector connector = new ServerConnector(server);
    final EngineIoServer engine;

    EchoServer(EngineIoConfig config, int port) throws Exception {
        this(config, port, new Echo());
    }

    EchoServer(EngineIoConfig config, int port, EngineHandler handler) throws Exception {
        engine = new EngineIoServer(config, handler);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(engine.mount());
        server.start();
        engine.start();
    }

    static class Echo implements EngineHandler {
        @Override
        public void text(EngineSocket socket, String message) {
            socket.send(Packet.text(message));
        }

        @Override
        public void binary(EngineSocket socket, ByteBuffer message) {
            socket.send(Packet.binary(message));
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    void close() throws Exception {
        engine.stop(Deadline.after(Duration.ofSeconds(5)));
        server.stop();
    }

    public static void main(String... arguments) throws Exception {
        EngineIoConfig config = EngineIoConfig.defaults().withHeartbeat(Duration.ofMillis(300), Duration.ofMillis(200));
        new EchoServer(config, arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3000);
        System.in.read();
        System.exit(0);
    }
}
