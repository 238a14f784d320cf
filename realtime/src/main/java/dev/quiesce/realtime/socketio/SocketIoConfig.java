package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.realtime.engineio.EngineIoConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits of a {@link SocketIoServer}. Immutable. Begin with {@link #defaults()} and change what differs.
 *
 * @param connections the limits of the connections. Default {@link EngineIoConfig#defaults()} at {@code /socket.io/}
 * @param connectTimeout the time within which a client that has connected must join a namespace. Default 45 s
 * @param maxAttachments the most binary parts that an event may have. Default 100
 * @param restartEvent the name of an event that every client gets when the server stops, before its connection closes, with an
 *     object whose {@code retryAfterMs} spreads those who heed it over one second. Default none
 */
public record SocketIoConfig(
        EngineIoConfig connections, Duration connectTimeout, int maxAttachments, Optional<String> restartEvent) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SocketIoConfig {
        requireNonNull(connections, "connections");
        requireNonNull(restartEvent, "restartEvent");
        if (connectTimeout.toMillis() <= 0 || maxAttachments <= 0) {
            throw new IllegalArgumentException("Socket.IO configuration: connectTimeout must be at least 1 ms and"
                    + " maxAttachments positive, was " + connectTimeout + " and " + maxAttachments);
        }
    }

    /** Returns the defaults that are named above. */
    public static SocketIoConfig defaults() {
        return new SocketIoConfig(
                EngineIoConfig.defaults().withPath("/socket.io/"), Duration.ofSeconds(45), 100, Optional.empty());
    }

    /** Returns this configuration with other limits for connections. */
    public SocketIoConfig withConnections(EngineIoConfig limits) {
        return new SocketIoConfig(limits, connectTimeout, maxAttachments, restartEvent);
    }

    /** Returns this configuration with another time to join a namespace. */
    public SocketIoConfig withConnectTimeout(Duration timeout) {
        return new SocketIoConfig(connections, timeout, maxAttachments, restartEvent);
    }

    /** Returns this configuration with another limit for binary parts. */
    public SocketIoConfig withMaxAttachments(int most) {
        return new SocketIoConfig(connections, connectTimeout, most, restartEvent);
    }

    /** Returns this configuration with an event that announces a restart. */
    public SocketIoConfig withRestartEvent(String name) {
        return new SocketIoConfig(connections, connectTimeout, maxAttachments, Optional.of(name));
    }
}
