package dev.quiesce.session;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.DefaultSessionCache;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.eclipse.jetty.session.SessionData;

/**
 * The sessions of one manager in memory, with a door that can be closed: once {@link #close} has returned no session is
 * added, so that whoever empties it then leaves it empty. Safe for use by many threads.
 */
final class ClosableSessionCache extends DefaultSessionCache {
    private final ConcurrentMap<String, ManagedSession> sessions;
    private final ReadWriteLock door = new ReentrantReadWriteLock();
    private boolean closed;

    static ClosableSessionCache of(AbstractSessionManager manager, SessionConfig config) {
        ClosableSessionCache cache = new ClosableSessionCache(manager, new ConcurrentHashMap<>());
        cache.setSessionDataStore(
                new Unstored(new StoredSession.Maker(config.absoluteLifetime().toMillis(), 0, StoredSession.ANY_SIZE)));
        // A server that stops before its sessions do still tells the listeners.
        cache.setInvalidateOnShutdown(true);
        return cache;
    }

    private ClosableSessionCache(AbstractSessionManager manager, ConcurrentMap<String, ManagedSession> sessions) {
        super(manager, sessions);
        this.sessions = sessions;
    }

    /** {@inheritDoc} */
    @Override
    public void add(String id, ManagedSession session) throws Exception {
        door.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("no session can be made: the session store has been stopped");
            }
            super.add(id, session);
        } finally {
            door.readLock().unlock();
        }
    }

    void close() {
        door.writeLock().lock();
        try {
            closed = true;
        } finally {
            door.writeLock().unlock();
        }
    }

    int size() {
        return sessions.size();
    }

    /** Returns what a session holds, without a change to it. */
    Optional<SessionView> view(String id) {
        ManagedSession session = sessions.get(id);
        return session == null || !session.isValid() || session.isExpiredAt(System.currentTimeMillis())
                ? Optional.empty()
                : Optional.of(SessionView.of(id, session.getSessionData().getAllAttributes()));
    }

    Collection<ManagedSession> sessions() {
        return List.copyOf(sessions.values());
    }

    /** Stores nothing, and makes sessions that end. */
    private static final class Unstored extends NullSessionDataStore {
        private final StoredSession.Maker maker;

        Unstored(StoredSession.Maker maker) {
            this.maker = maker;
        }

        @Override
        public SessionData newSessionData(
                String id, long created, long accessed, long lastAccessed, long maxInactiveMs) {
            return maker.make(super.newSessionData(id, created, accessed, lastAccessed, maxInactiveMs));
        }
    }
}
