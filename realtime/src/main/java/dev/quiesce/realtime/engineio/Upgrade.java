package dev.quiesce.realtime.engineio;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a client goes from polling to a WebSocket. Called in the turn of its socket only. */
final class Upgrade {
    private @Nullable WebSocketTransport offered;
    private boolean probed;

    /** Whether the client has tried the WebSocket, and is about to stop polling. */
    boolean isProbed() {
        return probed;
    }

    /** Takes a WebSocket that a client offers, unless it has offered one before. */
    boolean take(WebSocketTransport offer) {
        if (offered != null) {
            return false;
        }
        offered = offer;
        return true;
    }

    /** Closes a WebSocket if it is the one that was offered. */
    void abandon(WebSocketTransport offer) {
        if (forget(offer)) {
            offer.close(Ending.MISUSED);
        }
    }

    /** Forgets a WebSocket if it is the one that was offered, and returns whether it was. */
    boolean forget(WebSocketTransport offer) {
        boolean known = offered == offer;
        if (known) {
            offered = null;
            probed = false;
        }
        return known;
    }

    /** The socket has ended. */
    void end(Ending ending) {
        if (offered != null) {
            offered.close(ending);
        }
    }

    /** Does what a client says by the WebSocket, and returns whether this is the transport from now on. */
    boolean received(WebSocketTransport from, String text, PollingTransport polling) {
        if (offered != from) {
            from.close(Ending.MISUSED);
            return false;
        }
        if (text.equals("2probe")) {
            probed = true;
            from.send(List.of(Packet.PROBE_ANSWERED));
            polling.release();
            return false;
        }
        if (!text.equals("5") || !probed) {
            abandon(from);
            return false;
        }
        forget(from);
        polling.refuse();
        return true;
    }
}
