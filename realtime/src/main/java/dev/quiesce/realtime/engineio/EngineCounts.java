package dev.quiesce.realtime.engineio;

/**
 * What a server has counted since it was built.
 *
 * @param open sockets that are open now
 * @param polling those of them that poll
 * @param opened sockets that have been opened
 * @param upgraded sockets that have gone from polling to WebSocket
 * @param refusedNotAccepting handshakes answered 503, before start or since quiesce
 * @param refusedOrigin requests answered 403 because of their origin
 * @param refusedLimit handshakes refused because there were too many sockets, or too many of that address
 * @param slowConsumers sockets closed because too much waited to be sent to them
 * @param pingTimeouts sockets closed because their peer did not answer a ping
 * @param malformed sockets closed because their peer sent what is no packet, or what its transport does not allow
 * @param handlerFailures calls of a handler that threw
 * @param lateMessages messages that were handled although draining had begun
 */
public record EngineCounts(
        int open,
        int polling,
        long opened,
        long upgraded,
        long refusedNotAccepting,
        long refusedOrigin,
        long refusedLimit,
        long slowConsumers,
        long pingTimeouts,
        long malformed,
        long handlerFailures,
        long lateMessages) {}
