package dev.quiesce.realtime.engineio;

import dev.quiesce.realtime.Socket;
import dev.quiesce.realtime.SocketHandler;
import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.core.CloseStatus;

/** Takes WebSockets for new sockets, or for those that have polled so far. Safe for use by many threads. */
final class WebSockets implements SocketHandler {
    private final Shared shared;

    WebSockets(Shared shared) {
        this.shared = shared;
    }

    @Override
    public void opened(Socket webSocket) {
        String id = webSocket.handshake().parameter("sid");
        if (id == null) {
            EngineSocket.openWebSocket(shared, webSocket);
            return;
        }
        EngineSocket socket = shared.sockets().find(id);
        if (socket == null) {
            webSocket.close(CloseStatus.POLICY_VIOLATION, "session ID unknown");
        } else {
            socket.offer(webSocket);
        }
    }

    @Override
    public void text(Socket webSocket, String message) {
        if (webSocket.attachment() instanceof WebSocketTransport transport) {
            transport.socket().received(transport, message);
        }
    }

    @Override
    public void binary(Socket webSocket, ByteBuffer message) {
        if (webSocket.attachment() instanceof WebSocketTransport transport) {
            transport.socket().received(transport, message);
        }
    }

    @Override
    public void closed(Socket webSocket, int code, String reason) {
        if (webSocket.attachment() instanceof WebSocketTransport transport) {
            // A peer may choose the very codes that mean something when this side sends them.
            transport
                    .socket()
                    .closed(transport, webSocket.isEndedByPeer() ? CloseReason.TRANSPORT_CLOSE : reason(code));
        }
    }

    private static CloseReason reason(int code) {
        return switch (code) {
            case CloseStatus.SERVICE_RESTART -> CloseReason.SERVER_SHUTTING_DOWN;
            case CloseStatus.POLICY_VIOLATION, CloseStatus.MESSAGE_TOO_LARGE, CloseStatus.BAD_PAYLOAD ->
                CloseReason.TRANSPORT_ERROR;
            default -> CloseReason.TRANSPORT_CLOSE;
        };
    }
}
