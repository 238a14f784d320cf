package dev.quiesce.realtime.socketio;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A Socket.IO server on a Jetty of its own, on a free loopback port. */
final class Instance {
    static {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }

    final SocketIoServer io;
    final Namespace main;
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    Instance(SocketIoConfig config, EventLog log, Consumer<Namespace> set) throws Exception {
        io = new SocketIoServer(config, log);
        main = io.of("/");
        set.accept(main);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(io.mount());
        server.start();
        io.start();
    }

    int port() {
        return connector.getLocalPort();
    }

    void stop() throws Exception {
        io.quiesce();
        io.drain(in(5));
        io.stop(in(5));
        server.stop();
    }

    private static Deadline in(int seconds) {
        return Deadline.after(Duration.ofSeconds(seconds));
    }
}
