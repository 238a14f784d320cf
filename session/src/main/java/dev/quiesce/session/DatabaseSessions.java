package dev.quiesce.session;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.SessionData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP sessions of one Jetty session manager, kept in a table of a MariaDB: they outlive this process, and any instance
 * of the service can serve the next request of a client.
 *
 * <p>Each request reads its session, and writes it if it has set or removed attributes: before the first byte of its response,
 * and again before the last one. So a request sees what earlier ones have changed, on whichever instance. Of requests of one
 * session that run at the same time and both change it, the last one wins. A request that changes nothing overwrites nothing.
 *
 * <p>What cannot be kept is never lost in silence. When the database does not answer, the request is answered 503: it is not
 * taken for one without a session. {@code setAttribute} throws {@link IllegalArgumentException} for what cannot be serialized
 * and for what makes the session too large. What is found when the session is written, as attributes can change by
 * themselves, is logged, and the request is answered 500. A session that cannot be read, because a class has changed, is
 * dropped with one line in the log.
 *
 * <p>Expired sessions are deleted by the housekeepers of all instances, whichever comes first; listeners are not told of that.
 *
 * <p>Hand the manager to {@link #manage} before its server starts, and register this as a component above that server and
 * the pool, and below what serves requests. Attributes have to be serializable.
 *
 * <p>Safe for use by many threads.
 */
public final class DatabaseSessions implements Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSessions.class);

    private record Managed(AbstractSessionManager manager, WriteThroughCache cache, SessionRows rows) {}

    private final SessionConfig config;
    private final SessionTable table;
    private final AtomicReference<@Nullable Managed> managed = new AtomicReference<>();
    private final AtomicInteger destroyed = new AtomicInteger();
    private volatile boolean stopped;

    /**
     * Makes a store that manages nothing yet. Opens no connection.
     *
     * @param database where the table {@code http_sessions} is, or will be made. Its connections commit by themselves, and
     *     it outlives this component
     */
    public DatabaseSessions(DataSource database, SessionConfig config) {
        this.table = new SessionTable(requireNonNull(database, "database"));
        this.config = requireNonNull(config, "config");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the manager is no handler, so that a failure could not become a response, or if
     *     its cookie has a domain though the name of the cookie allows none
     */
    @Override
    public void manage(AbstractSessionManager manager) {
        SessionSetup.requireNotStarted(manager);
        SessionSetup.check(manager, config);
        if (!(manager instanceof Handler.Singleton handler)) {
            throw new IllegalArgumentException("the session manager has to be a handler, which "
                    + manager.getClass().getName() + " is not");
        }
        SessionRows rows = new SessionRows(table, config);
        WriteThroughCache cache = new WriteThroughCache(manager, rows);
        if (!managed.compareAndSet(null, new Managed(manager, cache, rows))) {
            throw new IllegalStateException("this session store manages a session manager already");
        }
        if (stopped) {
            rows.close();
        }
        handler.insertHandler(new SaveBeforeResponse(manager, cache));
        SessionSetup.apply(manager, config, cache);
    }

    @Override
    public Optional<SessionView> find(String cookies) {
        Managed now = managed.get();
        if (now == null || !now.manager().isStarted()) {
            throw new SessionStoreException("the session manager does not run");
        }
        return SessionSetup.find(now.manager(), cookies, id -> view(now, id));
    }

    private static Optional<SessionView> view(Managed now, String id) {
        try {
            SessionData data = now.rows().load(id);
            return data == null || data.isExpiredAt(System.currentTimeMillis())
                    ? Optional.empty()
                    : Optional.of(SessionView.of(id, data.getAllAttributes()));
        } catch (Exception e) {
            throw new SessionStoreException("the store of the sessions does not answer", e);
        }
    }

    /** Returns the number of sessions that requests use in this process at the moment. */
    @Override
    public int size() {
        Managed now = managed.get();
        return now == null ? 0 : now.cache().size();
    }

    /** Returns how many sessions have been dropped because they could not be read. */
    public int unreadable() {
        Managed now = managed.get();
        return now == null ? 0 : now.rows().unreadable();
    }

    /** Returns how often what a request has changed in its session was not kept. */
    public int unsaved() {
        Managed now = managed.get();
        return now == null ? 0 : now.cache().unsaved();
    }

    /** Returns how many sessions {@link #stop} has destroyed so far, if it is to destroy them. */
    public int destroyed() {
        return destroyed.get();
    }

    /**
     * Makes the table if there is none, by the statement in {@code http_sessions.sql}, which a migration may run instead.
     *
     * @throws IllegalStateException if {@link #manage} has not been called, or if this store has been stopped
     * @throws SQLException if the database does not answer, or if there is a table of that name with other columns
     */
    @Override
    public void start() throws SQLException {
        if (managed.get() == null) {
            throw new IllegalStateException("nothing to keep sessions of; call manage before the start");
        }
        if (stopped) {
            throw new IllegalStateException("this session store has been stopped and does not start again");
        }
        table.create();
    }

    /**
     * Writes what requests have changed that are still running, and then answers nobody any more. Sessions of requests that
     * have been answered are in the database already. If told so, destroys all sessions instead, with their listeners told.
     *
     * @throws IllegalStateException if sessions could not be written or destroyed; all others are, and the message has the
     *     numbers
     * @throws TimeoutException if sessions were left at the deadline; the message says how many
     * @throws InterruptedException if the calling thread was interrupted with sessions left; the message says how many
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        stopped = true;
        Managed now = managed.get();
        if (now == null || now.rows().isClosed() || !now.manager().isRunning()) {
            return;
        }
        if (config.destroyAtStop()) {
            destroyAll(now, deadline);
        } else {
            flush(now, deadline);
        }
    }

    private static void flush(Managed now, Deadline deadline) throws TimeoutException, InterruptedException {
        Collection<ManagedSession> changed = now.cache().inUse().stream()
                .filter(session -> session.isValid() && session.getSessionData().isDirty())
                .toList();
        Progress progress = new Progress("saved", changed.size());
        for (ManagedSession session : changed) {
            if (progress.mustEnd(deadline)) {
                break;
            }
            progress.count(() -> now.rows().store(session.getId(), session.getSessionData()));
        }
        if (!progress.isCut()) {
            now.rows().close();
        }
        LOG.info("Saved {} sessions of requests that were running", progress.done);
        progress.report();
    }

    private void destroyAll(Managed now, Deadline deadline) throws TimeoutException, InterruptedException {
        ArrayDeque<String> ids;
        try {
            ids = new ArrayDeque<>(table.ids(now.manager().getSessionContext()));
        } catch (SQLException e) {
            throw new IllegalStateException("no session was destroyed, since the database does not answer", e);
        }
        Progress progress = new Progress("destroyed", ids.size());
        for (String id : ids) {
            if (progress.mustEnd(deadline)) {
                break;
            }
            progress.count(() -> destroy(now, id));
        }
        if (!progress.isCut()) {
            now.rows().close();
        }
        destroyed.addAndGet(progress.done);
        LOG.info("Destroyed {} sessions", progress.done);
        progress.report();
    }

    private static void destroy(Managed now, String id) throws Exception {
        SessionData data = now.rows().load(id);
        if (data == null) {
            return; // it could not be read and was dropped, or another instance has destroyed it
        }
        now.rows().delete(id);
        ManagedSession session = now.cache().newSession(data);
        session.setResident(true);
        if (session.beginInvalidate()) {
            try {
                now.manager().onSessionDestroyed(session);
            } finally {
                session.finishInvalidate();
            }
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    /** How far the stop has come. */
    private static final class Progress {
        private final String what;
        private final int total;
        private int done;
        private int failed;
        private boolean interrupted;

        Progress(String what, int total) {
            this.what = what;
            this.total = total;
        }

        boolean mustEnd(Deadline deadline) {
            interrupted = Thread.currentThread().isInterrupted();
            return interrupted || deadline.isExpired();
        }

        void count(Step step) {
            try {
                step.run();
                done++;
            } catch (Throwable e) {
                failed++;
                LOG.error("A session was not {}: {}", what, e.toString());
            }
        }

        boolean isCut() {
            return done + failed < total;
        }

        void report() throws TimeoutException, InterruptedException {
            int left = total - done - failed;
            if (left > 0) {
                String message = left + " of " + total + " sessions were not " + what;
                if (interrupted) {
                    Thread.interrupted();
                    throw new InterruptedException(message);
                }
                throw new TimeoutException(message + " by the deadline");
            }
            if (failed > 0) {
                throw new IllegalStateException(
                        failed + " of " + total + " sessions were not " + what + "; see the log");
            }
        }
    }
}
