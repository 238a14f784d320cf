package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.EngineCounts;

/**
 * What a server has counted since it was built.
 *
 * @param connections what concerns the connections of clients
 * @param connected sockets that have joined a namespace
 * @param recovered those of them that went on where they were
 * @param refused clients that a middleware has refused, or that asked for a namespace that does not exist
 * @param postponed clients whose connection was closed because they could not be kept, so that they come back
 * @param eventsReceived events of clients
 * @param eventsSent events to clients, each counted for each client
 * @param listenerFailures calls of listeners and middleware that threw
 */
public record SocketIoCounts(
        EngineCounts connections,
        long connected,
        long recovered,
        long refused,
        long postponed,
        long eventsReceived,
        long eventsSent,
        long listenerFailures) {}
