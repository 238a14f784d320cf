package dev.quiesce.web;

import dev.quiesce.realtime.Socket;
import dev.quiesce.realtime.SocketHandler;
import dev.quiesce.realtime.SocketHub;
import dev.quiesce.web.board.OfferFeed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Shows the changes of the board to every socket that is open on it. Thread-safe. */
@Singleton
final class LiveOffers implements OfferFeed, SocketHandler {
    private static final String ROOM = "offers";

    private final SocketHub sockets;

    @Inject
    LiveOffers(SocketHub sockets) {
        this.sockets = sockets;
    }

    @Override
    public void publish(String json) {
        sockets.broadcast(ROOM, json);
    }

    @Override
    public void opened(Socket socket) {
        socket.join(ROOM);
    }
}
