package dev.quiesce.realtime;

/**
 * What a hub has counted since it was built.
 *
 * @param open sockets that are open or closing now
 * @param opened sockets that have been opened
 * @param refusedNotAccepting upgrades answered 503, before start or since quiesce
 * @param refusedOrigin upgrades answered 403 because of their origin
 * @param slowConsumers sockets closed because too much waited to be sent to them
 * @param heartbeatsLost sockets cut because no pong came in time
 * @param handlerFailures calls of a handler that threw
 * @param discardedMessages messages that arrived after draining had begun and were therefore not handled
 */
public record SocketCounts(
        int open,
        long opened,
        long refusedNotAccepting,
        long refusedOrigin,
        long slowConsumers,
        long heartbeatsLost,
        long handlerFailures,
        long discardedMessages) {}
