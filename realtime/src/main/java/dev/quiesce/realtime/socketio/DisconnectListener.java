package dev.quiesce.realtime.socketio;

/** Is told when a socket leaves its namespace. */
@FunctionalInterface
public interface DisconnectListener {

    /**
     * The socket has left, and is told nothing any more. When the service stops, this runs in the stop of the server.
     *
     * @throws Exception to have it logged
     */
    void disconnected(IoSocket socket, DisconnectReason reason) throws Exception;
}
