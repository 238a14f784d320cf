package dev.quiesce.web.board;

import dev.quiesce.realtime.Handshake;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** Knows who has signed in on the browser that opened a socket, by the session of its handshake. Thread-safe. */
final class SocketUsers {
    private final SessionLookup sessions;

    @Inject
    SocketUsers(SessionLookup sessions) {
        this.sessions = sessions;
    }

    /**
     * Returns the name of who is signed in now.
     *
     * @throws RuntimeException if the sessions cannot be asked
     */
    Optional<String> of(Handshake handshake) {
        List<String> cookies = handshake.headers("Cookie");
        return cookies.isEmpty()
                ? Optional.empty()
                : sessions.find(String.join("; ", cookies), Api.USER).map(String.class::cast);
    }
}
