package dev.quiesce.realtime;

/**
 * How the sockets ended that were open when the hub was stopped. Each is counted once, when it has ended.
 *
 * @param acknowledged sockets whose peer's close frame has arrived
 * @param forced sockets that ended without one, because the deadline passed or the connection was lost
 */
public record Closing(int acknowledged, int forced) {}
