package dev.quiesce.web.board;

import java.util.Optional;

/**
 * Finds what an HTTP session holds, without a request of its own: for the handshake of a socket.
 *
 * <p>Thread-safety: called by many threads at once.
 */
@FunctionalInterface
public interface SessionLookup {

    /**
     * Returns what the session held at this moment.
     *
     * @param cookies the value of a {@code Cookie} header
     * @param attribute the name of an attribute
     * @return nothing if there is no session, or it has no such attribute
     * @throws RuntimeException if the sessions cannot be asked, so that it is not known whether there is one
     */
    Optional<Object> find(String cookies, String attribute);
}
