package dev.quiesce.realtime.socketio;

/** Is told of sockets that join a namespace. Calls for different clients run in parallel. */
@FunctionalInterface
public interface ConnectionListener {

    /**
     * A socket has joined. No event of it is handled before this returns.
     *
     * @throws Exception to have it logged, and the client's connection closed with code 1011, so that it tries again
     */
    void connected(IoSocket socket) throws Exception;
}
