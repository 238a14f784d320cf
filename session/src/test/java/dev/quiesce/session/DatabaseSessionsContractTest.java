package dev.quiesce.session;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Optional;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.session.DefaultSessionIdManager;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestDatabase.Provider.class)
class DatabaseSessionsContractTest implements LifecycleContract<DatabaseSessions> {
    private static final String SERVER = "server-of-the-test";

    private final TestDatabase database;
    private final QueuedThreadPool threads = new QueuedThreadPool();
    private final Server server = new Server(threads, new ScheduledExecutorScheduler(SERVER, true), null);
    private final ContextHandlerCollection contexts = new ContextHandlerCollection();
    private int made;

    DatabaseSessionsContractTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void startServer() throws Exception {
        threads.setName(SERVER);
        server.addBean(new DefaultSessionIdManager(server), true);
        server.setHandler(contexts);
        server.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.stop();
    }

    @Override
    public DatabaseSessions newComponent() throws Exception {
        return managing(new DatabaseSessions(database.dataSource(), SessionConfig.defaults()));
    }

    @Override
    public Optional<DatabaseSessions> newComponentThatFailsToStart() throws Exception {
        TestDatabase.Outage outage = new TestDatabase.Outage(database.dataSource());
        outage.begin();
        return Optional.of(managing(new DatabaseSessions(outage, SessionConfig.defaults())));
    }

    private DatabaseSessions managing(DatabaseSessions sessions) throws Exception {
        ServletContextHandler context = new ServletContextHandler("/" + made++, ServletContextHandler.SESSIONS);
        sessions.manage(context.getSessionHandler());
        contexts.addHandler(context);
        context.start();
        return sessions;
    }

    /** Server and pool belong to the test; the store has no thread of its own. */
    @Override
    public boolean isShared(Thread thread) {
        return thread.getName().startsWith(SERVER) || thread.getName().contains("sessions");
    }
}
