package dev.quiesce.realtime.engineio;

import java.nio.ByteBuffer;

/**
 * What a server does with its sockets. Every method does nothing by default.
 *
 * <p>Calls for one socket come one at a time and in order, whatever its transport: {@link #opened} first, then a message at a
 * time, then {@link #closed}. Nothing more is read from a socket while a message of it is handled. Calls for different sockets
 * run in parallel. Calls may block; they hold a thread of the server's pool meanwhile.
 *
 * <p>A call that throws is logged, and the socket is closed with code 1011.
 */
public interface EngineHandler {

    /**
     * A socket has opened.
     *
     * @throws Exception to have the socket closed
     */
    default void opened(EngineSocket socket) throws Exception {}

    /**
     * A text message has arrived.
     *
     * @throws Exception to have the socket closed
     */
    default void text(EngineSocket socket, String message) throws Exception {}

    /**
     * A binary message has arrived.
     *
     * @param message the content, which the handler may keep
     * @throws Exception to have the socket closed
     */
    default void binary(EngineSocket socket, ByteBuffer message) throws Exception {}

    /**
     * A socket that polls is about to be ended by the drain of the server, after what has come from its client has been handled. Whoever
     * sends from other threads what is handled can put this off until that has been sent.
     *
     * @param end ends the socket; to be run once and soon, by whatever thread
     * @throws Exception to have the socket closed
     */
    default void ending(EngineSocket socket, Runnable end) throws Exception {
        end.run();
    }

    /**
     * A socket has ended. Called once for each that has opened, also when the service stops: then in the stop of the server.
     *
     * @throws Exception to have it logged
     */
    default void closed(EngineSocket socket, CloseReason reason) throws Exception {}
}
