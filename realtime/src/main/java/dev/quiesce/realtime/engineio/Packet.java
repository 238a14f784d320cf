package dev.quiesce.realtime.engineio;

import dev.quiesce.realtime.Message;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes to sockets, encoded once for each transport however many sockets it goes to. Immutable and safe for use by many
 * threads.
 */
public final class Packet {
    /** What a packet costs beside its content while it waits for a client, in bytes. */
    public static final int OVERHEAD = 64;

    static final Packet CLOSE = new Packet("1", null);
    static final Packet PING = new Packet("2", null);
    static final Packet NOOP = new Packet("6", null);
    static final Packet PROBE_ANSWERED = new Packet("3probe", null);

    private final @Nullable String text;
    private final @Nullable ByteBuffer binary;
    // Both are computed anew when threads race for the first use, which does no harm.
    private @Nullable Message message;
    private @Nullable String polled;

    private Packet(@Nullable String text, @Nullable ByteBuffer binary) {
        this.text = text;
        this.binary = binary;
    }

    /** Returns a text message. */
    public static Packet text(String message) {
        return new Packet('4' + message, null);
    }

    /** Returns a binary message. The content between the buffer's position and limit is copied. */
    public static Packet binary(ByteBuffer message) {
        byte[] copy = new byte[message.remaining()];
        message.duplicate().get(copy);
        return new Packet(null, ByteBuffer.wrap(copy).asReadOnlyBuffer());
    }

    static Packet open(String handshake) {
        return new Packet('0' + handshake, null);
    }

    /** Returns the size of the packet, in bytes. */
    public int size() {
        return text != null ? message().size() : content().remaining();
    }

    /** Returns what packets take while they wait for a client, in bytes: each counts with {@link #OVERHEAD} on top. */
    public static long queuedSize(List<Packet> packets) {
        long bytes = 0;
        for (Packet packet : packets) {
            bytes += packet.size() + OVERHEAD;
        }
        return bytes;
    }

    /**
     * Checks that packets can be sent together at all.
     *
     * @throws IllegalArgumentException if they are larger than the queue of a client may be
     */
    static void requireToFit(List<Packet> packets, int outboundQueueBytes) {
        long queued = queuedSize(packets);
        if (queued > outboundQueueBytes) {
            long bytes = queued - (long) packets.size() * OVERHEAD;
            throw new IllegalArgumentException("a message of " + bytes
                    + " bytes can never be sent with outboundQueueBytes " + outboundQueueBytes
                    + "; send less or raise it");
        }
    }

    /** Returns the packet as a WebSocket message. */
    Message message() {
        Message known = message;
        if (known == null) {
            known = text != null ? Message.text(text) : Message.binary(content());
            message = known;
        }
        return known;
    }

    /** Returns the packet as part of a payload for long-polling. */
    String polled() {
        String known = polled;
        if (known == null) {
            known = text != null ? text : 'b' + Base64.getEncoder().encodeToString(bytes());
            polled = known;
        }
        return known;
    }

    private ByteBuffer content() {
        if (binary == null) {
            throw new IllegalStateException("a text packet has no binary content");
        }
        return binary.duplicate();
    }

    private byte[] bytes() {
        ByteBuffer content = content();
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }
}
