package dev.quiesce.realtime.socketio;

/** Looks at clients before they join a namespace, those that come back included. Must be safe for use by many threads. */
@FunctionalInterface
public interface Middleware {

    /**
     * Lets a client pass by returning.
     *
     * @throws ConnectRefusedException to refuse the client
     * @throws Exception to have it logged, and the client's connection closed, so that it tries again
     */
    void accept(Connecting client) throws Exception;
}
