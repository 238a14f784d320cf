package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.EngineSocket;
import dev.quiesce.realtime.engineio.Packet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to sockets: those that come at once leave a socket at once. For use in the turn of the log.
 */
final class Held {
    private static final Logger LOG = LoggerFactory.getLogger(Held.class);

    /** Enough to make calls of the system rare, and soon over even with many sockets. */
    private static final int MOST_EVENTS = 32;

    private static final long MOST_BYTES = 64 * 1024;

    private final TwoHands hands;
    private final long mostBytes;
    private final List<Outgoing> events = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private long bytes;

    private record Outgoing(List<Packet> packets, List<EngineSocket> sockets) {}

    /**
     * Makes one that holds nothing.
     *
     * @param threads has threads that may help
     * @param largest how large an event may be, in bytes: no more than what a socket may be sent at once
     */
    Held(Executor threads, long largest) {
        hands = new TwoHands(threads);
        mostBytes = Math.min(MOST_BYTES, largest);
    }

    /** Holds an event for sockets. */
    void add(List<Packet> event, List<EngineSocket> sockets) {
        long size = Packet.queuedSize(event);
        if (events.size() == MOST_EVENTS || bytes + size > mostBytes) {
            flush();
        }
        events.add(new Outgoing(event, sockets));
        bytes += size;
    }

    /** Does something once everything that is held has left. */
    void thenRun(Runnable action) {
        afterwards.add(action);
    }

    /** Has everything leave that is held. To be called before anything else is sent. */
    void flush() {
        if (events.size() == 1) {
            Outgoing event = events.get(0);
            hands.forEach(event.sockets(), socket -> send(socket, event.packets()));
        } else {
            Map<EngineSocket, List<Packet>> packets = bySocket();
            hands.forEach(List.copyOf(packets.entrySet()), each -> send(each.getKey(), each.getValue()));
        }
        events.clear();
        bytes = 0;
        afterwards.forEach(Runnable::run);
        afterwards.clear();
    }

    /** One that cannot be sent to is no reason for the others to get nothing. */
    private static void send(EngineSocket socket, List<Packet> packets) {
        try {
            socket.send(packets);
        } catch (RuntimeException e) {
            LOG.error("{} could not be sent {} packets, and is closed", socket, packets.size(), e);
            socket.close(CloseStatus.SERVER_ERROR, "internal error");
        }
    }

    private Map<EngineSocket, List<Packet>> bySocket() {
        Map<EngineSocket, List<Packet>> packets = new LinkedHashMap<>();
        for (Outgoing event : events) {
            for (EngineSocket socket : event.sockets()) {
                packets.computeIfAbsent(socket, first -> new ArrayList<>(events.size()))
                        .addAll(event.packets());
            }
        }
        return packets;
    }
}
