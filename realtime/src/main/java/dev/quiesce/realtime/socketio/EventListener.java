package dev.quiesce.realtime.socketio;

/** Is told of the events of a client, one at a time and in order. May block; it holds a thread of the server's pool meanwhile. */
@FunctionalInterface
public interface EventListener {

    /**
     * An event has come.
     *
     * @throws Exception to have it logged; the client is not answered
     */
    void on(Event event) throws Exception;
}
