package dev.quiesce.realtime.socketio;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a socket so that its client can come back to it. Confined to the turn of the log, but for its final fields.
 */
final class Session {
    /** By which the client shows that the session is its own. Secret. */
    final String recoveryId;

    final String id;
    final String namespace;
    final @Nullable String user;

    /** The position of the log when the session began. */
    final long since;

    final Set<String> rooms = new HashSet<>();
    Map<String, Object> data;

    /** How often the session has been taken over by a new connection, by which an old one knows that it has been. */
    long generation;

    Session(
            String recoveryId,
            String id,
            String namespace,
            @Nullable String user,
            long since,
            Map<String, Object> data,
            long generation) {
        this.recoveryId = recoveryId;
        this.id = id;
        this.namespace = namespace;
        this.user = user;
        this.since = since;
        this.data = data;
        this.generation = generation;
    }

    void change(Entry.Rooms change) {
        rooms.removeAll(change.leave());
        rooms.addAll(change.join());
    }
}
