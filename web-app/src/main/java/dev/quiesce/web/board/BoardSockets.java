package dev.quiesce.web.board;

import dev.quiesce.realtime.socketio.Namespace;
import jakarta.inject.Inject;

/**
 * What the page does by its socket: it watches the offers, sees who else does, and chats. Thread-safe.
 *
 * <p>Hand the namespace to {@link #serve}, and then to {@link #presence} for a component above the server of the sockets.
 */
public final class BoardSockets {
    private final SocketUsers users;
    private final Chat chat;
    private volatile Watchers watchers = Watchers.NOBODY;

    @Inject
    BoardSockets(SocketUsers users, Chat chat) {
        this.users = users;
        this.chat = chat;
    }

    /** Listens in a namespace. Everybody may watch; who is signed in is so by the session of the handshake. */
    public void serve(Namespace namespace) {
        namespace.use(client -> users.of(client.handshake()).ifPresent(client::user));
        namespace.on("present", event -> event.ack(watchers));
        chat.listen(namespace);
    }

    /** Returns what tells the sockets of a namespace who is there. */
    public Presence presence(Namespace namespace) {
        return new Presence(namespace, now -> watchers = now);
    }
}
