package dev.quiesce.realtime.engineio;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What comes from one client, on its way to the handler: one thing at a time and in order. Safe for use by many threads. */
final class Inbound {
    private final EngineSocket socket;
    private final EngineHandler handler;
    private final HandlerCalls calls;
    private final AtomicBoolean posting = new AtomicBoolean();
    private volatile boolean muted;

    Inbound(EngineSocket socket, EngineHandler handler, HandlerCalls calls) {
        this.socket = socket;
        this.handler = handler;
        this.calls = calls;
    }

    /** Lets one request at a time send packets, from the begin of its body until it is answered, and returns whether it does. */
    boolean tryPost() {
        return posting.compareAndSet(false, true);
    }

    void endPost() {
        posting.set(false);
    }

    /** For how long nothing that has come from the client has been handled, or has waited for that, in nanoseconds. */
    long silentNanos() {
        return calls.silentNanos();
    }

    void opened() {
        calls.later(() -> handler.opened(socket));
    }

    void receive(List<Payload.Received> packets, Runnable done) {
        calls.receive(() -> packets.forEach(this::take), done);
    }

    /** Runs something in turn with the calls of the handler. */
    void later(Runnable task) {
        calls.later(task::run);
    }

    /** Ends the socket, in turn with the calls of the handler. */
    void end(Runnable end) {
        calls.later(() -> handler.ending(socket, end));
    }

    /** Drops what has come and is not being handled yet. */
    void mute() {
        muted = true;
    }

    void closed(CloseReason reason) {
        calls.later(() -> {
            muted = true;
            handler.closed(socket, reason);
        });
    }

    private void take(Payload.Received packet) {
        if (muted) {
            return;
        }
        switch (packet.type()) {
            case '1' -> {
                muted = true;
                socket.closedByPeer();
            }
            case '3' -> socket.answered();
            case '4' -> {
                if (packet.binary() != null) {
                    calls.make(() -> handler.binary(socket, packet.binary()));
                } else {
                    calls.make(() -> handler.text(socket, packet.text()));
                }
            }
            default -> {
                // A packet that says nothing.
            }
        }
    }
}
