package dev.quiesce.realtime.engineio;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what it is called with and echoes messages. */
final class RecordingEngineHandler implements EngineHandler {
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<EngineSocket> sockets = new CopyOnWriteArrayList<>();

    @Override
    public void opened(EngineSocket socket) {
        events.add("opened");
        sockets.add(socket);
    }

    @Override
    public void text(EngineSocket socket, String message) {
        events.add("text " + message);
        socket.send(Packet.text(message));
    }

    @Override
    public void binary(EngineSocket socket, ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
        events.add("binary " + HexFormat.of().formatHex(bytes));
        socket.send(Packet.binary(message));
    }

    @Override
    public void closed(EngineSocket socket, CloseReason reason) {
        events.add("closed " + reason);
    }
}
