/**
 * An Engine.IO server, protocol 4: sockets by WebSocket, by HTTP long-polling where a WebSocket cannot be had, and from the one
 * to the other. Socket.IO runs on top of it; see {@link dev.quiesce.realtime.socketio}.
 *
 * <p>Implement {@link dev.quiesce.realtime.engineio.EngineHandler}, hand it to an
 * {@link dev.quiesce.realtime.engineio.EngineIoServer}, and put the handler that this returns into the Jetty server.
 *
 * @see <a href="https://socket.io/docs/v4/engine-io-protocol/">the protocol</a>
 */
@NullMarked
package dev.quiesce.realtime.engineio;

import org.jspecify.annotations.NullMarked;
