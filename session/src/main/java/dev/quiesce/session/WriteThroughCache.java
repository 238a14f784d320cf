package dev.quiesce.session;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.NullSessionCache;
import org.eclipse.jetty.session.SessionManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache of nothing: each request reads its session and writes what it has changed. It knows which sessions are in use, and
 * throws {@link StoreFailure} where Jetty would go on as if nothing had happened. Safe for use by many threads.
 */
final class WriteThroughCache extends NullSessionCache {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSessions.class);

    private final SessionRows rows;
    private final Set<ManagedSession> inUse = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unsaved = new AtomicInteger();

    WriteThroughCache(SessionManager manager, SessionRows rows) {
        super(manager);
        this.rows = rows;
        setSessionDataStore(rows);
    }

    /** Returns the sessions of the requests in flight. */
    Collection<ManagedSession> inUse() {
        return List.copyOf(inUse);
    }

    int size() {
        return inUse.size();
    }

    /** Returns how often what a request has changed was not kept. */
    int unsaved() {
        return unsaved.get();
    }

    /** {@inheritDoc} */
    @Override
    public @Nullable ManagedSession get(String id) {
        ManagedSession session;
        try {
            session = super.get(id);
        } catch (Exception e) {
            throw unavailable("A session cannot be read", e);
        }
        if (session != null && !session.isExpiredAt(System.currentTimeMillis())) {
            inUse.add(session);
        }
        return session;
    }

    /** {@inheritDoc} */
    @Override
    public void add(String id, ManagedSession session) throws Exception {
        if (rows.isClosed()) {
            throw unavailable(
                    "No session can be made", new IllegalStateException("the session store has been stopped"));
        }
        super.add(id, session);
        inUse.add(session);
    }

    /**
     * Writes the session if its attributes have changed.
     *
     * @throws StoreFailure if it cannot be written; it will not be tried again, as others may have written it by then
     */
    void save(ManagedSession session) {
        try {
            super.commit(session);
        } catch (Exception e) {
            if (session.getSessionData() instanceof StoredSession data) {
                data.giveUp();
            }
            unsaved.incrementAndGet();
            if (e instanceof SQLException || rows.isClosed()) {
                throw unavailable("What a request has changed is not kept", e);
            }
            LOG.error("What a request has changed is not kept: {}", e.toString());
            throw new StoreFailure(HttpStatus.INTERNAL_SERVER_ERROR_500, "the session cannot be kept", e);
        }
    }

    /** Does nothing: {@link SaveBeforeResponse} has saved it, and knows of a failure. */
    @Override
    public void commit(ManagedSession session) {}

    /** {@inheritDoc} */
    @Override
    public void release(ManagedSession session) {
        boolean changed = session.getSessionData().isDirty();
        try {
            super.release(session);
        } catch (Exception e) {
            if (changed) {
                unsaved.incrementAndGet();
                LOG.error("What a request has changed after its response is not kept: {}", e.toString());
            } else {
                LOG.warn("A session may expire early, since its last use is not noted: {}", e.toString());
            }
        } finally {
            inUse.remove(session);
        }
    }

    /** Ends a session. Whoever has ended it has told the listeners. */
    @Override
    public @Nullable ManagedSession delete(String id) {
        inUse.removeIf(session -> !session.isValid());
        try {
            rows.delete(id);
        } catch (Exception e) {
            throw unavailable("A session cannot be ended", e);
        }
        return null;
    }

    /** {@inheritDoc} */
    @Override
    public @Nullable ManagedSession renewSessionId(
            String oldId, String newId, String oldExtendedId, String newExtendedId) {
        try {
            ManagedSession session = getAndEnter(oldId, true);
            if (session == null || !rows.rename(oldId, newId)) {
                return null;
            }
            session.getSessionData().setId(newId);
            session.setExtendedId(newExtendedId);
            session.onIdChanged();
            return session;
        } catch (Exception e) {
            throw unavailable("The id of a session cannot be renewed", e);
        }
    }

    private static StoreFailure unavailable(String what, Exception cause) {
        LOG.warn("{}: {}", what, cause.toString());
        return new StoreFailure(HttpStatus.SERVICE_UNAVAILABLE_503, "the store of the sessions does not answer", cause);
    }
}
