package dev.quiesce.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.session.DefaultSessionIdManager;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class MemorySessionsContractTest implements LifecycleContract<MemorySessions> {
    private static final String SERVER = "server-of-the-test";

    private final QueuedThreadPool threads = new QueuedThreadPool();
    private final Server server = new Server(threads, new ScheduledExecutorScheduler(SERVER, true), null);
    private final ServerConnector connector = new ServerConnector(server);
    private final ContextHandlerCollection contexts = new ContextHandlerCollection();
    private int made;

    @BeforeEach
    void startServer() throws Exception {
        threads.setName(SERVER);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.addBean(new DefaultSessionIdManager(server), true);
        server.setHandler(contexts);
        server.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.stop();
    }

    /** Returns a store that has a session to destroy. */
    @Override
    public MemorySessions newComponent() throws Exception {
        MemorySessions sessions = new MemorySessions(SessionConfig.defaults());
        String path = "/" + made++;
        ServletContextHandler context = new ServletContextHandler(path, ServletContextHandler.SESSIONS);
        context.addServlet(new OpensSession(), "/*");
        sessions.manage(context.getSessionHandler());
        contexts.addHandler(context);
        context.start();
        get(path + "/");
        assertThat(sessions.size()).isOne();
        return sessions;
    }

    @Override
    public Optional<MemorySessions> newComponentThatFailsToStart() {
        return Optional.of(new MemorySessions(SessionConfig.defaults()));
    }

    /** The server belongs to the test; the store has no thread of its own. */
    @Override
    public boolean isShared(Thread thread) {
        return thread.getName().startsWith(SERVER);
    }

    /** A connection of its own, which is gone afterwards. */
    private void get(String path) throws IOException {
        try (Socket client = new Socket("127.0.0.1", connector.getLocalPort())) {
            client.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(US_ASCII));
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private static final class OpensSession extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            request.getSession();
        }
    }
}
