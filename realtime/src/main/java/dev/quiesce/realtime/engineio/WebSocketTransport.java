package dev.quiesce.realtime.engineio;

import dev.quiesce.realtime.Socket;
import java.util.List;

/** Packets that go out at once. Called in the turn of its socket only. */
final class WebSocketTransport implements Transport {
    private final Socket webSocket;
    private final EngineSocket socket;

    WebSocketTransport(Socket webSocket, EngineSocket socket) {
        this.webSocket = webSocket;
        this.socket = socket;
    }

    EngineSocket socket() {
        return socket;
    }

    Socket webSocket() {
        return webSocket;
    }

    @Override
    public void send(List<Packet> packets) {
        try {
            if (packets.size() == 1) {
                webSocket.send(packets.get(0).message());
            } else {
                webSocket.send(packets.stream().map(Packet::message).toList());
            }
        } catch (IllegalArgumentException e) {
            socket.tooSlow(webSocket.queuedBytes());
        }
    }

    @Override
    public boolean isReady() {
        return webSocket.queuedBytes() == 0;
    }

    @Override
    public void close(Ending ending) {
        webSocket.close(ending.code(), ending.why());
    }
}
