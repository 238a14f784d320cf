package dev.quiesce.web;

import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.web.board.OfferFeed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Shows the changes of the board to everybody who watches it. Thread-safe. */
@Singleton
final class LiveOffers implements OfferFeed {
    private final SocketIoServer sockets;

    @Inject
    LiveOffers(SocketIoServer sockets) {
        this.sockets = sockets;
    }

    @Override
    public CompletionStage<@Nullable Void> publish(String event, Object change) {
        return sockets.of(SocketModule.NAMESPACE).all().publish(event, change);
    }
}
