package dev.quiesce.web.drill;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import dev.quiesce.web.testing.TestServer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.server.ServerConnector;

class DrillStreamsContractTest implements LifecycleContract<DrillStreams> {

    @Override
    public DrillStreams newComponent() {
        return new DrillStreams();
    }

    /** Opens a stream to a client that reads nothing, since any other stream ends itself at quiesce. */
    @Override
    public Optional<AutoCloseable> beginWork(DrillStreams started) throws Exception {
        TestServer server = TestServer.start(Map.of("/drill/stream", new StreamServlet(started)));
        ServerConnector connector = (ServerConnector) server.jetty().getConnectors()[0];
        connector.setAcceptedSendBufferSize(4096);
        Socket client = new Socket();
        client.setReceiveBufferSize(4096);
        client.connect(new InetSocketAddress("127.0.0.1", connector.getLocalPort()));
        client.getOutputStream()
                .write("GET /drill/stream?n=100000&ms=0 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
        awaitNoMoreBytes(connector);
        return Optional.of(() -> {
            client.close();
            await().until(() -> started.size() == 0);
            server.close();
        });
    }

    private static void awaitNoMoreBytes(ServerConnector connector) {
        AtomicLong before = new AtomicLong();
        await().during(Duration.ofMillis(500)).until(() -> {
            long now = connector.getConnectedEndPoints().stream()
                    .mapToLong(endPoint -> endPoint.getConnection().getBytesOut())
                    .sum();
            return now > 0 && before.getAndSet(now) == now;
        });
    }
}
