package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The Jetty server that HTTP, sockets and sessions stand on: threads, handlers and connections, but no open port.
 *
 * <p>It is a component of its own so that the coordinator, and not Jetty, decides whether requests, sockets or sessions go
 * first: {@link HttpServer} opens and closes the port, and what is left of the connections is closed when this component
 * stops, last of all.
 *
 * <p>Thread-safe.
 */
public final class JettyContainer implements Lifecycle {
    /** Longer than nginx keeps an upstream connection (60 s by default), so that nginx is the one who closes it. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

    private static final int MIN_THREADS = 8;
    private static final int MAX_THREADS = 200;

    private final Server server;
    private final PortConnector connector;

    /**
     * Prepares a server without opening anything.
     *
     * @param listen where connections are accepted
     */
    public JettyContainer(Listen listen) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
        threads.setName("http");
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new PortConnector(server, listen, new HttpConnectionFactory(http), new Http2InTheClear(http));
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    }

    @Override
    public void start() throws Exception {
        server.start();
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        ServerStop.stop(server, connector, deadline);
    }

    /** Sets what serves requests. Only before the start. */
    void handle(Handler handler) {
        server.setHandler(handler);
    }

    /** Returns whether work waits for a thread. */
    boolean isBusy() {
        return ((QueuedThreadPool) server.getThreadPool()).getQueueSize() > 0;
    }

    PortConnector connector() {
        return connector;
    }
}
