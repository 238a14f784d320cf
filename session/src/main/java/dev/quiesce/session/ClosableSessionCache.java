package dev.quiesce.session;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.DefaultSessionCache;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.NullSessionDataStore;

/**
 * The sessions of one manager in memory, with a door that can be closed: once {@link #close} has returned no session is
 * added, so that whoever empties it then leaves it empty. Safe for use by many threads.
 */
final class ClosableSessionCache extends DefaultSessionCache {
    private final ConcurrentMap<String, ManagedSession> sessions;
    private final ReadWriteLock door = new ReentrantReadWriteLock();
    private boolean closed;

    static ClosableSessionCache of(AbstractSessionManager manager) {
        ClosableSessionCache cache = new ClosableSessionCache(manager, new ConcurrentHashMap<>());
        cache.setSessionDataStore(new NullSessionDataStore());
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

    Collection<ManagedSession> sessions() {
        return List.copyOf(sessions.values());
    }
}
