package dev.quiesce.realtime.socketio;

import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SocketIoServerContractTest implements LifecycleContract<SocketIoServer> {
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
    public SocketIoServer newComponent() {
        Retention retention = new Retention(Duration.ofSeconds(10), 10);
        SocketIoConfig config = SocketIoConfig.defaults().withRestartEvent("restart");
        SocketIoServer io = new SocketIoServer(config, EventLog.inMemory(retention));
        io.of("/");
        return io;
    }

    @Override
    public Optional<SocketIoServer> newComponentThatFailsToStart() {
        SocketIoServer io = newComponent();
        io.quiesce();
        return Optional.of(io);
    }

    @Override
    public Optional<AutoCloseable> beginWork(SocketIoServer started) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        started.of("/").on("work", event -> {
            entered.countDown();
            release.await();
        });
        Handler endpoint = started.mount();
        server.setHandler(endpoint);
        endpoint.start();
        IoClient client = IoClient.joined(connector.getLocalPort());
        client.send("2[\"work\"]");
        entered.await();
        return Optional.of(() -> {
            release.countDown();
            client.drop();
            // The listeners are told of the end of the socket, which is a call as well.
            await().until(() -> started.size() == 0 && started.inFlight().orElseThrow() == 0);
        });
    }

    /** The server and the client belong to the test; the component has only its timers. */
    @Override
    public boolean isShared(Thread thread) {
        return thread.getName().startsWith(SERVER) || thread.getName().startsWith("HttpClient-");
    }
}
