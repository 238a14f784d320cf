package dev.quiesce.realtime.engineio;

import static java.util.Objects.requireNonNull;

import dev.quiesce.realtime.SocketHubConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The limits of an {@link EngineIoServer}. Immutable. Begin with {@link #defaults()} and change what differs.
 *
 * @param path the path at which clients connect; begins and ends with a slash. Default {@code /engine.io/}
 * @param pingInterval the time between an answered ping and the next, in whole milliseconds. Default 25 s
 * @param pingTimeout the time that a client has to answer a ping, in whole milliseconds. Default 20 s
 * @param upgradeTimeout the time that a client has to go from polling to WebSocket once it has begun to. Default 10 s
 * @param maxPayload the largest message, and the largest body of a polling request, in bytes; clients learn it in the
 *     handshake. A larger one ends the socket. Default 1,000,000
 * @param outboundQueueBytes the most that may wait to be sent to one socket, in bytes; beyond it the socket is closed with
 *     code 1008; each packet counts with 64 on top. At least 512. Default 4 MiB
 * @param maxSockets how many sockets may be open at once; a handshake beyond is answered 503. Default 100,000
 * @param maxSocketsPerAddress how many sockets of one address may be open at once; a handshake beyond is answered 429. Behind a
 *     proxy all have its address unless the server reads the forwarded one. Default 0: not limited
 * @param allowedOrigins as {@link SocketHubConfig#allowedOrigins()}, and for polling as well: pages of an origin that is named
 *     here may read the answers, with their cookies
 * @param closeReason what a WebSocket is told with code 1012 when the server stops. Default {@code service restart}
 * @param retryAfter what a refused handshake is told to wait, in whole seconds. Default 1 s
 * @param closesPerSecond how many sockets a stop tells in a second, in random order, so that their clients do not all come back
 *     at once; 0 tells all at once. Default 2,000
 */
public record EngineIoConfig(
        String path,
        Duration pingInterval,
        Duration pingTimeout,
        Duration upgradeTimeout,
        int maxPayload,
        int outboundQueueBytes,
        int maxSockets,
        int maxSocketsPerAddress,
        Set<String> allowedOrigins,
        String closeReason,
        Duration retryAfter,
        int closesPerSecond) {

    /** The handshake has to fit. */
    private static final int SMALLEST_QUEUE = 512;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if values are out of range; the message names all of them
     */
    public EngineIoConfig {
        requireNonNull(pingInterval, "pingInterval");
        requireNonNull(pingTimeout, "pingTimeout");
        requireNonNull(upgradeTimeout, "upgradeTimeout");
        allowedOrigins = Set.copyOf(allowedOrigins);

        List<String> mistakes = new ArrayList<>();
        boolean isPath = path.startsWith("/") && path.endsWith("/") && path.length() > 1;
        check(mistakes, isPath, "path must begin and end with a slash and have a name, was " + path);
        check(mistakes, pingInterval.toMillis() > 0, "pingInterval must be at least 1 ms, was " + pingInterval);
        check(mistakes, pingTimeout.toMillis() > 0, "pingTimeout must be at least 1 ms, was " + pingTimeout);
        check(mistakes, upgradeTimeout.toMillis() > 0, "upgradeTimeout must be at least 1 ms, was " + upgradeTimeout);
        check(mistakes, maxSockets > 0, "maxSockets must be positive, was " + maxSockets);
        check(
                mistakes,
                maxSocketsPerAddress >= 0,
                "maxSocketsPerAddress must not be negative, was " + maxSocketsPerAddress);
        check(mistakes, maxPayload > 0, "maxPayload must be positive, was " + maxPayload);
        check(
                mistakes,
                outboundQueueBytes >= SMALLEST_QUEUE,
                "outboundQueueBytes must be at least " + SMALLEST_QUEUE + ", was " + outboundQueueBytes);
        check(mistakes, closesPerSecond >= 0, "closesPerSecond must not be negative, was " + closesPerSecond);
        if (mistakes.isEmpty()) {
            try {
                hub(maxPayload, outboundQueueBytes, allowedOrigins, closeReason, retryAfter, closesPerSecond);
            } catch (IllegalArgumentException e) {
                mistakes.add(String.valueOf(e.getMessage()));
            }
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("Engine.IO configuration: " + String.join("; ", mistakes));
        }
    }

    /** Returns the defaults that are named above. */
    public static EngineIoConfig defaults() {
        return new EngineIoConfig(
                "/engine.io/",
                Duration.ofSeconds(25),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                1_000_000,
                4 * 1024 * 1024,
                100_000,
                0,
                Set.of(),
                "service restart",
                Duration.ofSeconds(1),
                2_000);
    }

    /** Returns this configuration at another path. */
    public EngineIoConfig withPath(String at) {
        return new EngineIoConfig(
                at,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with other times for the heartbeat. */
    public EngineIoConfig withHeartbeat(Duration interval, Duration timeout) {
        return new EngineIoConfig(
                path,
                interval,
                timeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with another time for upgrades. */
    public EngineIoConfig withUpgradeTimeout(Duration timeout) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                timeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with another limit for messages. */
    public EngineIoConfig withMaxPayload(int bytes) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                bytes,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with another bound for what waits to be sent. */
    public EngineIoConfig withOutboundQueueBytes(int bytes) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                bytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with other limits for the number of sockets. */
    public EngineIoConfig withMaxSockets(int all, int perAddress) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                all,
                perAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with the given origins allowed. */
    public EngineIoConfig withAllowedOrigins(Set<String> origins) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                origins,
                closeReason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with another reason to tell when the server stops. */
    public EngineIoConfig withCloseReason(String reason) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                reason,
                retryAfter,
                closesPerSecond);
    }

    /** Returns this configuration with another time for refused handshakes to wait. */
    public EngineIoConfig withRetryAfter(Duration time) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                time,
                closesPerSecond);
    }

    /** Returns this configuration with another pace at which a stop tells its sockets. */
    public EngineIoConfig withClosesPerSecond(int rate) {
        return new EngineIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundQueueBytes,
                maxSockets,
                maxSocketsPerAddress,
                allowedOrigins,
                closeReason,
                retryAfter,
                rate);
    }

    /** Returns what a client is told first. */
    String handshake(String id, String upgrades) {
        return "{\"sid\":\"" + id + "\",\"upgrades\":" + upgrades + ",\"pingInterval\":" + pingInterval.toMillis()
                + ",\"pingTimeout\":" + pingTimeout.toMillis() + ",\"maxPayload\":" + maxPayload + "}";
    }

    /** The WebSockets of such a server: its own pings go as messages, and clients count on what they have sent. */
    SocketHubConfig hub() {
        return hub(maxPayload, outboundQueueBytes, allowedOrigins, closeReason, retryAfter, closesPerSecond);
    }

    private static SocketHubConfig hub(
            int maxPayload,
            int outboundQueueBytes,
            Set<String> allowedOrigins,
            String closeReason,
            Duration retryAfter,
            int closesPerSecond) {
        return SocketHubConfig.defaults()
                .withoutHeartbeat()
                .withLateMessagesHandled()
                .withMaxMessageBytes(maxPayload)
                .withOutboundQueueBytes(outboundQueueBytes)
                .withAllowedOrigins(allowedOrigins)
                .withCloseReason(closeReason)
                .withRetryAfter(retryAfter)
                .withClosesPerSecond(closesPerSecond);
    }

    private static void check(List<String> mistakes, boolean holds, String mistake) {
        if (!holds) {
            mistakes.add(mistake);
        }
    }
}
