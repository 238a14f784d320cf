/**
 * WebSocket endpoints on Jetty, with rooms, bounded sending and heartbeats, which end with a close handshake when the
 * service stops.
 *
 * <p>Implement {@link dev.quiesce.realtime.SocketHandler}, give it a path with
 * {@link dev.quiesce.realtime.SocketHub#mount}, put the handler that this returns into the Jetty server, and register the
 * hub as a component above that server.
 */
@NullMarked
package dev.quiesce.realtime;

import org.jspecify.annotations.NullMarked;
