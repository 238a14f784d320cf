package dev.quiesce.session;

import dev.quiesce.lifecycle.Lifecycle;
import java.util.Optional;
import org.eclipse.jetty.session.AbstractSessionManager;

/**
 * The HTTP sessions of one Jetty session manager, wherever they are kept.
 *
 * <p>Hand the manager to {@link #manage} before its server starts, and register this as a component above that server and
 * below what serves requests.
 *
 * <p>Safe for use by many threads.
 */
public sealed interface Sessions extends Lifecycle permits MemorySessions, DatabaseSessions {

    /**
     * Keeps the sessions of the given manager, and sets its cookie and lifetimes.
     *
     * @param manager the manager, for example the session handler of a servlet context; not started yet
     * @throws IllegalArgumentException if the manager cannot be kept so; the message says why
     * @throws IllegalStateException if the manager has been started, or if this store manages one already
     */
    void manage(AbstractSessionManager manager);

    /**
     * Finds the session that a request belongs to, without that request: for the handshake of a socket, say. Looking at a
     * session does not lengthen its life.
     *
     * @param cookies the value of the request's {@code Cookie} header; of several session cookies in it the first counts
     *     that has a session
     * @return what the session held at that moment; nothing if there is no such session, or if it has expired or ended
     * @throws SessionStoreException if the store cannot be asked; whether there is a session is not known then
     */
    Optional<SessionView> find(String cookies);

    /** Returns the number of sessions that this store holds in the memory of this process. */
    int size();
}
