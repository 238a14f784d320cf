package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.Packet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes messages of packets. */
final class Encoder {
    private static final String MAIN = "/";

    private Encoder() {}

    /** Returns what tells a client that it has joined a namespace. */
    static Packet connect(String namespace, String id, @Nullable String recoveryId) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("sid", id);
        if (recoveryId != null) {
            data.put("pid", recoveryId);
        }
        return Packet.text('0' + prefix(namespace) + Json.write(data).text());
    }

    /** Returns what tells a client that it may not join a namespace. */
    static Packet connectError(String namespace, String message, @Nullable Object details) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("message", message);
        if (details != null) {
            data.put("data", details);
        }
        return Packet.text('4' + prefix(namespace) + Json.write(data).text());
    }

    static Packet disconnect(String namespace) {
        return Packet.text('1' + prefix(namespace));
    }

    /**
     * Returns an event.
     *
     * @param data its name and arguments
     * @param offset where in the log it is, which clients take from the last argument; or null
     * @param ackId the number under which an answer is expected, or null
     */
    static List<Packet> event(String namespace, Json.Written data, @Nullable String offset, @Nullable Long ackId) {
        String text = data.text();
        if (offset != null) {
            text = text.substring(0, text.length() - 1) + ",\"" + offset + "\"]";
        }
        return packets('2', '5', namespace, ackId, text, data.attachments());
    }

    static List<Packet> ack(String namespace, long id, Json.Written data) {
        return packets('3', '6', namespace, id, data.text(), data.attachments());
    }

    private static List<Packet> packets(
            char type,
            char binaryType,
            String namespace,
            @Nullable Long id,
            String text,
            List<ByteBuffer> attachments) {
        StringBuilder head = new StringBuilder(text.length() + 32);
        if (attachments.isEmpty()) {
            head.append(type);
        } else {
            head.append(binaryType).append(attachments.size()).append('-');
        }
        head.append(prefix(namespace));
        if (id != null) {
            head.append(id.longValue());
        }
        Packet first = Packet.text(head.append(text).toString());
        if (attachments.isEmpty()) {
            return List.of(first);
        }
        List<Packet> packets = new ArrayList<>();
        packets.add(first);
        attachments.forEach(part -> packets.add(Packet.binary(part)));
        return packets;
    }

    private static String prefix(String namespace) {
        return namespace.equals(MAIN) ? "" : namespace + ',';
    }
}
