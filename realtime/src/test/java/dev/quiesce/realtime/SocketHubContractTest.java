package dev.quiesce.realtime;

import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SocketHubContractTest implements LifecycleContract<SocketHub> {
    private static final String SERVER = "server-of-the-test";

    private final QueuedThreadPool threads = new QueuedThreadPool();
    private final Server server = new Server(threads, new ScheduledExecutorScheduler(SERVER, true), null);
    private final ServerConnector connector = new ServerConnector(server);

    @BeforeEach
    void startServer() throws Exception {
        threads.setName(SERVER);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setDynamic(true);
        server.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.stop();
    }

    @Override
    public SocketHub newComponent() {
        return new SocketHub(SocketHubConfig.defaults());
    }

    @Override
    public Optional<SocketHub> newComponentThatFailsToStart() {
        SocketHub hub = newComponent();
        hub.quiesce();
        return Optional.of(hub);
    }

    @Override
    public Optional<AutoCloseable> beginWork(SocketHub started) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        SocketHandler slow = new SocketHandler() {
            @Override
            public void text(Socket socket, String message) throws InterruptedException {
                entered.countDown();
                release.await();
            }
        };
        Handler endpoints = started.mount(Map.of("/sockets", slow));
        server.setHandler(endpoints);
        endpoints.start();
        RawClient client = RawClient.connected(connector.getLocalPort());
        client.sendText("work");
        entered.await();
        return Optional.of(() -> {
            release.countDown();
            client.close();
            // The handler is told of the end of the socket, which is a call as well.
            await().until(() -> started.size() == 0 && started.inFlight().orElseThrow() == 0);
        });
    }

    /** The server belongs to the test; the hub has only its timer. */
    @Override
    public boolean isShared(Thread thread) {
        return thread.getName().startsWith(SERVER);
    }
}
