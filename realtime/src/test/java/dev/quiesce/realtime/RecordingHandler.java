package dev.quiesce.realtime;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what it is called with and echoes messages. */
final class RecordingHandler implements SocketHandler {
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Socket> sockets = new CopyOnWriteArrayList<>();

    @Override
    public void opened(Socket socket) {
        sockets.add(socket);
        events.add("opened");
    }

    @Override
    public void text(Socket socket, String message) {
        events.add("text " + message);
        socket.send(message);
    }

    @Override
    public void binary(Socket socket, ByteBuffer message) {
        events.add("binary " + message.remaining());
        socket.send(message);
    }

    @Override
    public void closed(Socket socket, int code, String reason) {
        events.add("closed " + code + " " + reason);
    }
}
