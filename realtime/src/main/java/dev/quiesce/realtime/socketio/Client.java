package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.EngineSocket;
import dev.quiesce.realtime.engineio.Packet;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, with the sockets of its client. Its messages come one at a time; the log lets its sockets in from other threads. One
 * lock guards which there are, and nothing foreign is called under it.
 */
final class Client {
    private static final Logger LOG = LoggerFactory.getLogger(Client.class);

    /** How many times the largest message all binary parts of an event may have together. */
    private static final int PAYLOADS = 10;

    private final SocketIoServer server;
    private final EngineSocket engine;
    private final Decoder decoder;
    private final Set<String> joining = new HashSet<>();
    private final Set<String> joined = new HashSet<>();
    private Map<String, IoSocket> sockets = Map.of();
    private @Nullable DisconnectReason closed;
    private Runnable cancelTimeout = () -> {};

    Client(SocketIoServer server, EngineSocket engine) {
        this.server = server;
        this.engine = engine;
        SocketIoConfig config = server.config();
        this.decoder = new Decoder(
                config.maxAttachments(), (long) PAYLOADS * config.connections().maxPayload());
    }

    EngineSocket engine() {
        return engine;
    }

    void opened() {
        cancelTimeout = engine.executeAfter(server.config().connectTimeout(), () -> {
            if (sockets().isEmpty()) {
                engine.close();
            }
        });
    }

    void text(String message) {
        try {
            Incoming packet = decoder.text(message);
            if (packet != null) {
                take(packet);
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        }
    }

    void binary(ByteBuffer message) {
        try {
            Incoming packet = decoder.binary(message);
            if (packet != null) {
                take(packet);
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        }
    }

    private void malformed(MalformedPacketException why) {
        LOG.debug("{} has sent what is no packet: {}", engine, why.getMessage());
        engine.malformed();
    }

    private void take(Incoming packet) throws MalformedPacketException {
        if (packet instanceof Incoming.Connect connect) {
            connect(connect);
            return;
        }
        IoSocket socket = sockets().get(packet.namespace());
        if (socket == null) {
            // What was under way when the server ended the socket means nothing any more.
            if (!hasJoined(packet.namespace())) {
                throw new MalformedPacketException("a packet is for a namespace that the client has not joined");
            }
        } else if (packet instanceof Incoming.Event event) {
            server.counters().eventsReceived.increment();
            socket.receive(new Event(socket, event));
        } else if (packet instanceof Incoming.Ack ack) {
            socket.answered(ack.id(), new Arguments(ack.arguments()));
        } else {
            depart(socket, DisconnectReason.CLIENT_NAMESPACE_DISCONNECT);
        }
    }

    private void connect(Incoming.Connect connect) throws MalformedPacketException {
        Namespace namespace = server.namespace(connect.namespace());
        if (namespace == null) {
            server.counters().refused.increment();
            engine.send(Encoder.connectError(connect.namespace(), "Invalid namespace", null));
            return;
        }
        synchronized (this) {
            if (sockets.containsKey(namespace.name()) || !joining.add(namespace.name())) {
                throw new MalformedPacketException("a client joins a namespace twice");
            }
        }
        Connecting client = new Connecting(namespace.name(), engine.handshake(), connect.auth());
        try {
            namespace.check(client);
        } catch (ConnectRefusedException e) {
            joined(namespace, null);
            server.counters().refused.increment();
            engine.send(Encoder.connectError(namespace.name(), String.valueOf(e.getMessage()), e.details()));
            return;
        } catch (Throwable e) {
            server.counters().listenerFailures.increment();
            LOG.error("A middleware of {} failed", namespace.name(), e);
            engine.close(CloseStatus.SERVER_ERROR, "internal error");
            return;
        }
        namespace.append(new Entry.Admission(this, namespace, client));
    }

    /** Has a socket, in the turn of the log, and sends what its client gets first. */
    void admit(IoSocket socket, List<Packet> first) {
        DisconnectReason already;
        synchronized (this) {
            already = closed;
            if (already == null) {
                joined(socket.namespace(), socket);
            }
        }
        // Before the client knows: an event that it sends at once must find the listeners that are added here.
        engine.execute(() -> {
            if (already == null) {
                connected(socket);
            } else {
                depart(socket, already);
            }
        });
        first.forEach(engine::send);
    }

    private synchronized void joined(Namespace namespace, @Nullable IoSocket socket) {
        joining.remove(namespace.name());
        if (socket != null) {
            Map<String, IoSocket> more = new HashMap<>(sockets);
            more.put(namespace.name(), socket);
            joined.add(namespace.name());
            sockets = Map.copyOf(more);
        }
    }

    private void connected(IoSocket socket) {
        cancelTimeout.run();
        try {
            socket.namespace().connected(socket);
        } catch (Throwable e) {
            server.counters().listenerFailures.increment();
            LOG.error(
                    "A listener for connections to {} failed",
                    socket.namespace().name(),
                    e);
            // After what its client gets first, which is still being sent.
            socket.closeConnection(CloseStatus.SERVER_ERROR, "internal error");
        }
    }

    /** Closes the connection, so that the client comes back. */
    void postpone() {
        engine.close(CloseStatus.TRY_AGAIN_LATER, "try again");
    }

    /** The connection has ended. */
    void closed(DisconnectReason reason) {
        cancelTimeout.run();
        Map<String, IoSocket> left;
        synchronized (this) {
            closed = reason;
            left = sockets;
        }
        left.values().forEach(socket -> depart(socket, reason));
    }

    private void depart(IoSocket socket, DisconnectReason reason) {
        forget(socket);
        if (socket.leave(reason)) {
            socket.namespace().append(new Entry.Departure(socket, reason, false));
        }
    }

    /** Takes leave of a socket, in the turn of the log. */
    void ended(Entry.Departure departure) {
        IoSocket socket = departure.socket();
        boolean wasPresent = forget(socket);
        if (socket.isConnected()) {
            // Before the connection ends, as that is another reason.
            engine.execute(() -> socket.leave(departure.reason()));
        }
        if (wasPresent && departure.reason() == DisconnectReason.SERVER_NAMESPACE_DISCONNECT) {
            engine.send(Encoder.disconnect(socket.namespace().name()));
        }
        if (departure.closesConnection()) {
            engine.close();
        }
    }

    private synchronized boolean forget(IoSocket socket) {
        if (sockets.get(socket.namespace().name()) != socket) {
            return false;
        }
        Map<String, IoSocket> fewer = new HashMap<>(sockets);
        fewer.remove(socket.namespace().name());
        sockets = Map.copyOf(fewer);
        return true;
    }

    private synchronized boolean hasJoined(String namespace) {
        return joined.contains(namespace);
    }

    private synchronized Map<String, IoSocket> sockets() {
        return sockets;
    }
}
