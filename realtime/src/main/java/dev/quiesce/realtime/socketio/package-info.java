/**
 * A Socket.IO server, protocol 5, for stock clients of version 3 and 4: namespaces, rooms, acknowledgements both ways, binary, and
 * recovery of what a client has missed, across restarts of this process as well.
 *
 * <pre>{@code
 * SocketIoServer io = new SocketIoServer(SocketIoConfig.defaults(), EventLog.inMemory(Retention.defaults()));
 * Namespace chat = io.of("/chat");
 * chat.onConnection(socket -> {
 *     socket.join("lobby");
 *     socket.on("say", event -> {
 *         socket.to("lobby").emit("said", event.text(0));
 *         event.ack("ok");
 *     });
 * });
 * }</pre>
 *
 * <p>Put the handler that {@link dev.quiesce.realtime.socketio.SocketIoServer#mount} returns into the Jetty server, and register
 * the server as a component above that and above what the listeners use.
 *
 * @see <a href="https://socket.io/docs/v4/socket-io-protocol/">the protocol</a>
 */
@NullMarked
package dev.quiesce.realtime.socketio;

import org.jspecify.annotations.NullMarked;
