package dev.quiesce.realtime;

import dev.quiesce.lifecycle.Deadline;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A Jetty server on a free loopback port with one hub, whose endpoint is at /sockets. */
final class TestServer {
    static {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }

    final Server server = new Server();
    final ServerConnector connector = new ServerConnector(server);
    final SocketHub hub;

    TestServer(SocketHubConfig config, SocketHandler handler) throws Exception {
        this(config, handler, new Handler.Wrapper());
    }

    TestServer(SocketHubConfig config, SocketHandler handler, Handler.Wrapper around) throws Exception {
        hub = new SocketHub(config);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        around.setHandler(hub.mount(Map.of("/sockets", handler)));
        server.setHandler(around);
        server.start();
    }

    static TestServer started(SocketHubConfig config, SocketHandler handler) throws Exception {
        TestServer server = new TestServer(config, handler);
        server.hub.start();
        return server;
    }

    int port() {
        return connector.getLocalPort();
    }

    URI uri() {
        return URI.create("ws://127.0.0.1:" + port() + "/sockets");
    }

    void close() throws Exception {
        server.stop();
        hub.stop(Deadline.after(Duration.ofSeconds(5)));
    }
}
