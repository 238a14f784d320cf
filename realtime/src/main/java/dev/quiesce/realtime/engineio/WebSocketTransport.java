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
        for (Packet packet : packets) {
            try {
                webSocket.send(packet.message());
            } catch (IllegalArgumentException e) {
                socket.tooSlow(packet.message().size());
            }
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
