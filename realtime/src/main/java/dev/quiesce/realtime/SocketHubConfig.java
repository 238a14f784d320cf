package dev.quiesce.realtime;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The limits of a {@link SocketHub}. Immutable. Begin with {@link #defaults()} and change what differs.
 *
 * @param maxMessageBytes the largest message that is accepted, in bytes; a larger one closes its socket with 1009. Default
 *     64 KiB
 * @param outboundQueueBytes the most that may wait to be sent to one socket, in bytes, each message counted with
 *     64 on top; beyond it the socket is closed with 1008. Default 1 MiB
 * @param pingInterval the time between two pings to one socket; zero, with a pong timeout of zero, for none. Default 25 s
 * @param pongTimeout the time within which a ping must be answered, at most the ping interval; a peer that does not is
 *     cut. Default 20 s
 * @param closeTimeout the time that a peer has to answer a close frame while the service runs. Default 5 s. When the hub
 *     stops, its deadline counts instead
 * @param allowedOrigins the origins, such as {@code https://example.com}, whose pages may connect; {@code *} allows every
 *     one. Default empty: the origin's host and port must be those of the request. A request without an origin does not
 *     come from a browser and is always allowed
 * @param closeReason the reason sent with code 1012 when the hub stops, at most 123 bytes of UTF-8. Default
 *     {@code service restart}
 * @param retryAfter what a refused upgrade is told to wait, in whole seconds. Default 5 s
 * @param handlesLateMessages whether messages are handled that arrive after draining has begun, until the peer's close frame
 *     does: then nothing is lost that a peer has sent before it learned of the stop, and handlers run in the stop of the hub,
 *     which must have been registered as depending on whatever they use. If not, such messages are counted and dropped.
 *     Default false
 * @param closesPerSecond how many sockets a stop tells in a second, so that their peers do not all come back at once; 0 tells
 *     all at once. Default 0
 */
public record SocketHubConfig(
        int maxMessageBytes,
        int outboundQueueBytes,
        Duration pingInterval,
        Duration pongTimeout,
        Duration closeTimeout,
        Set<String> allowedOrigins,
        String closeReason,
        Duration retryAfter,
        boolean handlesLateMessages,
        int closesPerSecond) {

    private static final int MAX_REASON_BYTES = 123;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if values are out of range; the message names all of them
     */
    public SocketHubConfig {
        requireNonNull(pingInterval, "pingInterval");
        requireNonNull(pongTimeout, "pongTimeout");
        requireNonNull(closeTimeout, "closeTimeout");
        requireNonNull(closeReason, "closeReason");
        requireNonNull(retryAfter, "retryAfter");
        allowedOrigins = Set.copyOf(allowedOrigins);

        List<String> mistakes = new ArrayList<>();
        check(mistakes, maxMessageBytes > 0, "maxMessageBytes must be positive, was " + maxMessageBytes);
        check(
                mistakes,
                outboundQueueBytes > Outbox.MESSAGE_OVERHEAD,
                "outboundQueueBytes must be more than " + Outbox.MESSAGE_OVERHEAD + ", was " + outboundQueueBytes);
        boolean hasHeartbeat = !pingInterval.isZero() || !pongTimeout.isZero();
        check(
                mistakes,
                !hasHeartbeat || isPositive(pingInterval),
                "pingInterval must be positive, was " + pingInterval);
        check(mistakes, !hasHeartbeat || isPositive(pongTimeout), "pongTimeout must be positive, was " + pongTimeout);
        check(
                mistakes,
                pongTimeout.compareTo(pingInterval) <= 0,
                "pongTimeout must not exceed pingInterval, was " + pongTimeout + " and " + pingInterval);
        check(mistakes, isPositive(closeTimeout), "closeTimeout must be positive, was " + closeTimeout);
        check(mistakes, !retryAfter.isNegative(), "retryAfter must not be negative, was " + retryAfter);
        check(mistakes, closesPerSecond >= 0, "closesPerSecond must not be negative, was " + closesPerSecond);
        int reasonBytes = closeReason.getBytes(StandardCharsets.UTF_8).length;
        check(
                mistakes,
                reasonBytes <= MAX_REASON_BYTES,
                "closeReason must be at most " + MAX_REASON_BYTES + " bytes, was " + reasonBytes);
        for (String origin : allowedOrigins) {
            check(
                    mistakes,
                    OriginPolicy.isOrigin(origin),
                    "allowedOrigins must be like https://example.com or *, was " + origin);
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("socket configuration: " + String.join("; ", mistakes));
        }
    }

    /** Returns the defaults that are named above. */
    public static SocketHubConfig defaults() {
        return new SocketHubConfig(
                64 * 1024,
                1024 * 1024,
                Duration.ofSeconds(25),
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Set.of(),
                "service restart",
                Duration.ofSeconds(5),
                false,
                0);
    }

    /** Returns this configuration with another limit for inbound messages. */
    public SocketHubConfig withMaxMessageBytes(int bytes) {
        return new SocketHubConfig(
                bytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with another bound for what waits to be sent. */
    public SocketHubConfig withOutboundQueueBytes(int bytes) {
        return new SocketHubConfig(
                maxMessageBytes,
                bytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with other times for the heartbeat. */
    public SocketHubConfig withHeartbeat(Duration interval, Duration timeout) {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                interval,
                timeout,
                closeTimeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration without a heartbeat: peers that vanish are for the handlers to find. */
    public SocketHubConfig withoutHeartbeat() {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                Duration.ZERO,
                Duration.ZERO,
                closeTimeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with another time for peers to answer a close frame. */
    public SocketHubConfig withCloseTimeout(Duration timeout) {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                timeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with the given origins allowed. */
    public SocketHubConfig withAllowedOrigins(Set<String> origins) {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                origins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with another reason to send when the hub stops. */
    public SocketHubConfig withCloseReason(String reason) {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                allowedOrigins,
                reason,
                retryAfter,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with another time for refused upgrades to wait. */
    public SocketHubConfig withRetryAfter(Duration time) {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                allowedOrigins,
                closeReason,
                time,
                handlesLateMessages,
                closesPerSecond);
    }

    /** Returns this configuration with messages handled that arrive while the service stops. */
    public SocketHubConfig withLateMessagesHandled() {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                true,
                closesPerSecond);
    }

    /** Returns this configuration with another pace at which a stop tells its sockets. */
    public SocketHubConfig withClosesPerSecond(int rate) {
        return new SocketHubConfig(
                maxMessageBytes,
                outboundQueueBytes,
                pingInterval,
                pongTimeout,
                closeTimeout,
                allowedOrigins,
                closeReason,
                retryAfter,
                handlesLateMessages,
                rate);
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void check(List<String> mistakes, boolean holds, String mistake) {
        if (!holds) {
            mistakes.add(mistake);
        }
    }
}
