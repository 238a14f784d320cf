package dev.quiesce.realtime;

import java.nio.ByteBuffer;

/**
 * What an endpoint does with its sockets. Every method does nothing by default.
 *
 * <p>Calls for one socket come one at a time and in order: {@link #opened} first, then a message at a time, then
 * {@link #closed}. While a call runs nothing more is read from its socket. Calls for different sockets run in parallel, so
 * one handler that serves many sockets must be safe for use by many threads. Calls may block; they hold a thread of the
 * server's pool meanwhile.
 *
 * <p>A call that throws is logged with the socket's id, and the socket is closed with code 1011.
 */
public interface SocketHandler {

    /**
     * A socket has opened. No message of it is handled before this returns.
     *
     * @throws Exception to have the socket closed with code 1011
     */
    default void opened(Socket socket) throws Exception {}

    /**
     * A text message has arrived.
     *
     * @throws Exception to have the socket closed with code 1011
     */
    default void text(Socket socket, String message) throws Exception {}

    /**
     * A binary message has arrived.
     *
     * @param message the content, which the handler may keep
     * @throws Exception to have the socket closed with code 1011
     */
    default void binary(Socket socket, ByteBuffer message) throws Exception {}

    /**
     * A socket has closed; it has left its rooms. Called once for each socket that {@link #opened} was called for, even if
     * that threw.
     *
     * <p>When the service stops, this runs in the stop of the hub, and not in its drain: components that the hub does not
     * depend on may have stopped already. So it must not need any, unless the hub has been registered as depending on it.
     *
     * @param code the status code of whichever side began to close, 1005 if the peer gave none, or 1006 if the connection
     *     was lost
     * @param reason the reason that belongs to the code; may be empty
     * @throws Exception to have it logged
     */
    default void closed(Socket socket, int code, String reason) throws Exception {}
}
