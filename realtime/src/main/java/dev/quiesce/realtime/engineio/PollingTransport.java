package dev.quiesce.realtime.engineio;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Packets that wait for the client to ask for them. Called in the turn of its socket only.
 *
 * <p>A server that closes tells so in the answer to a request that waits, or in that to the next.
 */
final class PollingTransport implements Transport {
    private final EngineSocket socket;
    private final int bound;
    private final Queue<Packet> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private @Nullable Poll poll;

    PollingTransport(EngineSocket socket, int bound) {
        this.socket = socket;
        this.bound = bound;
    }

    @Override
    public void send(List<Packet> packets) {
        waiting.addAll(packets);
        waitingBytes += Packet.queuedSize(packets);
        flush();
        if (waitingBytes > bound) {
            socket.tooSlow(waitingBytes);
        }
    }

    @Override
    public boolean isReady() {
        return isAsked();
    }

    boolean isAsked() {
        return poll != null;
    }

    /** Answers a request once there is something to tell. Nobody else may be waiting. */
    void ask(Poll asked) {
        poll = asked;
        flush();
    }

    /** Answers the request that waits with nothing, so that the client can go on to a WebSocket. */
    void release() {
        answer(Packet.NOOP.polled());
    }

    /** The client has closed its socket: answers the request that waits, or the next, with nothing. */
    void closedByPeer() {
        if (!answer(Packet.NOOP.polled())) {
            socket.leaveWords(List.of(Packet.NOOP.polled()));
        }
    }

    /** Refuses the request that waits. */
    void refuse() {
        Poll asked = poll;
        poll = null;
        if (asked != null) {
            asked.refuse(Refusal.BAD_REQUEST);
        }
    }

    /** Hands over what waits. */
    void moveTo(Transport next) {
        List<Packet> rest = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        if (!rest.isEmpty()) {
            next.send(rest);
        }
    }

    @Override
    public void close(Ending ending) {
        // A request that waits has got everything else.
        if (!answer(Packet.CLOSE.polled()) && ending.isTold()) {
            String end = Packet.CLOSE.polled();
            // Clients forget what comes together with the end: that goes before, by itself.
            socket.leaveWords(waiting.isEmpty() ? List.of(end) : List.of(Payload.encode(waiting.iterator()), end));
        }
        waiting.clear();
    }

    private void flush() {
        if (poll != null && !waiting.isEmpty()) {
            String body = Payload.encode(waiting.iterator());
            waiting.clear();
            waitingBytes = 0;
            answer(body);
        }
    }

    private boolean answer(String body) {
        Poll asked = poll;
        poll = null;
        if (asked != null) {
            asked.answer(body, socket::lost);
        }
        return asked != null;
    }
}
