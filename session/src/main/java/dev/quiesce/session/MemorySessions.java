package dev.quiesce.session;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.ManagedSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP sessions of one Jetty session manager, kept in memory and destroyed when this component stops.
 *
 * <p>Hand the manager to {@link #manage} before its server starts, and register this as a component above that server and
 * below what serves requests. Sessions can be made from then on until {@link #stop}; after that a request that asks for a
 * new one fails, as {@code getSession} throws {@link IllegalStateException}.
 *
 * <p>Expired sessions are removed by the housekeeper of the server's session id manager. Jetty makes both when the server
 * has none.
 *
 * <p>Safe for use by many threads.
 */
public final class MemorySessions implements Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(MemorySessions.class);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private record Managed(AbstractSessionManager manager, ClosableSessionCache cache) {}

    private final SessionConfig config;
    private final AtomicReference<@Nullable Managed> managed = new AtomicReference<>();
    private final AtomicInteger destroyed = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean stopped;

    /** Makes a store that manages nothing yet. */
    public MemorySessions(SessionConfig config) {
        this.config = requireNonNull(config, "config");
    }

    @Override
    public void manage(AbstractSessionManager manager) {
        SessionSetup.requireNotStarted(manager);
        SessionSetup.check(manager, config);
        ClosableSessionCache cache = ClosableSessionCache.of(manager, config);
        if (!managed.compareAndSet(null, new Managed(manager, cache))) {
            throw new IllegalStateException("this session store manages a session manager already");
        }
        if (stopped) {
            cache.close();
        }
        SessionSetup.apply(manager, config, cache);
    }

    @Override
    public Optional<SessionView> find(String cookies) {
        Managed now = managed.get();
        if (now == null || !now.manager().isStarted()) {
            throw new SessionStoreException("the session manager does not run");
        }
        return SessionSetup.find(now.manager(), cookies, id -> now.cache().view(id));
    }

    /** Returns the number of sessions that exist, including expired ones that have not been swept. */
    @Override
    public int size() {
        Managed now = managed.get();
        return now == null ? 0 : now.cache().size();
    }

    /** Returns how many sessions {@link #stop} has destroyed so far. */
    public int destroyed() {
        return destroyed.get();
    }

    /**
     * Checks that there is something to keep the sessions of.
     *
     * @throws IllegalStateException if {@link #manage} has not been called, or if this store has been stopped
     */
    @Override
    public void start() {
        if (managed.get() == null) {
            throw new IllegalStateException("nothing to keep sessions of; call manage before the start");
        }
        if (stopped) {
            throw new IllegalStateException("this session store has been stopped and does not start again");
        }
    }

    /**
     * Refuses new sessions and destroys those that exist, each with its listeners told, until none is left. A listener
     * that throws keeps no session from being destroyed; Jetty does not tell the other listeners of that one session.
     *
     * @throws IllegalStateException if listeners threw; every session is destroyed all the same. The message says for how
     *     many
     * @throws TimeoutException if sessions were left at the deadline; the message says how many
     * @throws InterruptedException if the calling thread was interrupted with sessions left; the message says how many
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        stopped = true;
        Managed now = managed.get();
        if (now == null) {
            return;
        }
        now.cache().close();
        int destroyedBefore = destroyed.get();
        int failedBefore = failures.get();
        int left = destroyAll(now, deadline);
        int count = destroyed.get() - destroyedBefore;
        int failed = failures.get() - failedBefore;
        LOG.info("Destroyed {} sessions", count);
        if (left > 0) {
            String message = left + " sessions were not destroyed";
            if (Thread.interrupted()) {
                throw new InterruptedException(message);
            }
            throw new TimeoutException(message + " by the deadline");
        }
        if (failed > 0) {
            throw new IllegalStateException(
                    "listeners failed for " + failed + " of " + count + " destroyed sessions; see the log");
        }
    }

    private int destroyAll(Managed now, Deadline deadline) {
        int left = now.cache().size();
        while (left > 0 && !deadline.isExpired() && !Thread.currentThread().isInterrupted()) {
            for (ManagedSession session : now.cache().sessions()) {
                if (deadline.isExpired() || Thread.currentThread().isInterrupted()) {
                    break;
                }
                destroy(now, session);
            }
            left = now.cache().size();
            if (left > 0) {
                // Someone else is invalidating these; there is no signal to wait for.
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
        return left;
    }

    /** Does what {@link ManagedSession#invalidate()} does, which hides that a listener threw. */
    private void destroy(Managed now, ManagedSession session) {
        if (!begin(session)) {
            return;
        }
        boolean failed = false;
        try {
            now.manager().onSessionDestroyed(session);
        } catch (Throwable e) {
            failed = true;
            LOG.error("A session listener failed as its session was destroyed", e);
        }
        try {
            session.finishInvalidate();
        } catch (Throwable e) {
            failed = true;
            LOG.error("An attribute listener failed as its session was destroyed", e);
        }
        now.manager().getSessionIdManager().invalidateAll(session.getId());
        // The id manager does not know a manager whose context was added to a server that was running.
        now.cache().doDelete(session.getId());
        destroyed.incrementAndGet();
        if (failed) {
            failures.incrementAndGet();
        }
    }

    private static boolean begin(ManagedSession session) {
        try {
            return session.beginInvalidate();
        } catch (RuntimeException e) {
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            // Otherwise a request has invalidated it since it was listed.
            return false;
        }
    }
}
