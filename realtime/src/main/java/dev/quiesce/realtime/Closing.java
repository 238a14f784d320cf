package dev.quiesce.realtime;

/**
 * How the sockets ended that were open when the hub was stopped. Each is counted once, when it has ended.
 *
 * @param acknowledged sockets whose peer's close frame has arrived
 * @param forced sockets that ended without one: the connection was lost, or it was cut at the deadline while the peer was
 *     still sending
 * @param silent sockets that were cut at the deadline because nothing had come from their peer since it was told
 */
public record Closing(int acknowledged, int forced, int silent) {}
