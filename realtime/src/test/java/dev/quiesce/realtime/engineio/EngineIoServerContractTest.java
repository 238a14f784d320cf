package dev.quiesce.realtime.engineio;

import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class EngineIoServerContractTest implements LifecycleContract<EngineIoServer> {
    private static final String SERVER = "server-of-the-test";

    private final QueuedThreadPool threads = new QueuedThreadPool();
    private final Server server = new Server(threads, new ScheduledExecutorScheduler(SERVER, true), null);
    private final ServerConnector connector = new ServerConnector(server);
    private volatile CountDownLatch entered = new CountDownLatch(1);
    private volatile CountDownLatch release = new CountDownLatch(1);

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
    public EngineIoServer newComponent() {
        CountDownLatch in = entered = new CountDownLatch(1);
        CountDownLatch out = release = new CountDownLatch(1);
        return new EngineIoServer(EngineIoConfig.defaults(), new EngineHandler() {
            @Override
            public void text(EngineSocket socket, String message) throws InterruptedException {
                in.countDown();
                out.await();
            }
        });
    }

    @Override
    public Optional<EngineIoServer> newComponentThatFailsToStart() {
        EngineIoServer engine = newComponent();
        engine.quiesce();
        return Optional.of(engine);
    }

    @Override
    public Optional<AutoCloseable> beginWork(EngineIoServer started) throws Exception {
        Handler endpoint = started.mount();
        server.setHandler(endpoint);
        endpoint.start();
        WebSocketClient client = WebSocketClient.open(connector.getLocalPort());
        client.send("4work");
        entered.await();
        return Optional.of(() -> {
            release.countDown();
            client.drop();
            // The handler is told of the end of the socket, which is a call as well.
            await().until(() -> started.size() == 0 && started.inFlight().orElseThrow() == 0);
        });
    }

    /** The server and the client belong to the test; the component has only its timers. */
    @Override
    public boolean isShared(Thread thread) {
        return thread.getName().startsWith(SERVER) || thread.getName().startsWith("HttpClient-");
    }
}
