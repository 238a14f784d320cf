package dev.quiesce.realtime.socketio;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes packets of the messages of one client. Not safe for use by several threads. */
final class Decoder {
    private static final int LONGEST_NUMBER = 15;
    private static final String MAIN = "/";

    /** Names of events that mean something to clients themselves. */
    static final Set<String> RESERVED =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    private final int mostAttachments;
    private final long mostBytes;
    private final List<ByteBuffer> attachments = new ArrayList<>();
    private @Nullable Head waiting;
    private long bytes;

    /** A packet before its attachments. */
    private record Head(
            char type,
            int attachments,
            String namespace,
            @Nullable Long id,
            String data) {}

    /**
     * Makes one for a client.
     *
     * @param mostAttachments the most binary parts that a packet may have
     * @param mostBytes the most bytes that these may have together
     */
    Decoder(int mostAttachments, long mostBytes) {
        this.mostAttachments = mostAttachments;
        this.mostBytes = mostBytes;
    }

    /** Returns the packet that a text completes, or null if binary parts have to follow. */
    @Nullable
    Incoming text(String message) throws MalformedPacketException {
        if (waiting != null) {
            throw new MalformedPacketException("a text has come in the place of an attachment");
        }
        Head head = head(message);
        if (head.attachments() == 0) {
            return packet(head);
        }
        waiting = head;
        return null;
    }

    /** Returns the packet that a binary part completes, or null if more have to follow. */
    @Nullable
    Incoming binary(ByteBuffer part) throws MalformedPacketException {
        Head head = waiting;
        if (head == null) {
            throw new MalformedPacketException("an attachment has come that belongs to nothing");
        }
        bytes += part.remaining();
        if (bytes > mostBytes) {
            throw new MalformedPacketException("the attachments of a packet are too large");
        }
        attachments.add(part);
        if (attachments.size() < head.attachments()) {
            return null;
        }
        Incoming packet = packet(head);
        waiting = null;
        attachments.clear();
        bytes = 0;
        return packet;
    }

    private Head head(String message) throws MalformedPacketException {
        if (message.isEmpty()) {
            throw new MalformedPacketException("a packet is empty");
        }
        char type = message.charAt(0);
        int at = 1;
        int parts = 0;
        if (type == '5' || type == '6') {
            int dash = message.indexOf('-');
            parts = dash < 0 ? -1 : (int) number(message.substring(at, dash));
            if (parts < 0 || parts > mostAttachments) {
                throw new MalformedPacketException("a packet has no number of attachments, or too high a one");
            }
            at = dash + 1;
        }
        String namespace = MAIN;
        if (at < message.length() && message.charAt(at) == '/') {
            int comma = message.indexOf(',', at);
            int end = comma < 0 ? message.length() : comma;
            namespace = withoutQuery(message.substring(at, end));
            at = comma < 0 ? end : end + 1;
        }
        int digits = at;
        while (digits < message.length() && isDigit(message.charAt(digits))) {
            digits++;
        }
        Long id = digits == at ? null : number(message.substring(at, digits));
        if (id != null && id < 0) {
            throw new MalformedPacketException("the number of an acknowledgement is too high");
        }
        return new Head(type, parts, namespace, id, message.substring(digits));
    }

    private Incoming packet(Head head) throws MalformedPacketException {
        return switch (head.type()) {
            case '0' -> new Incoming.Connect(head.namespace(), auth(head.data()));
            case '1' -> disconnect(head);
            case '2', '5' -> event(head);
            case '3', '6' -> ack(head);
            default -> throw new MalformedPacketException("there is no packet of this type from a client");
        };
    }

    private static Incoming disconnect(Head head) throws MalformedPacketException {
        if (!head.data().isEmpty()) {
            throw new MalformedPacketException("a disconnect has data");
        }
        return new Incoming.Disconnect(head.namespace());
    }

    private Incoming event(Head head) throws MalformedPacketException {
        List<@Nullable Object> data = list(head);
        if (data.isEmpty() || !(data.get(0) instanceof String name) || RESERVED.contains(name)) {
            throw new MalformedPacketException("an event has no name, or one that is reserved");
        }
        return new Incoming.Event(head.namespace(), name, data.subList(1, data.size()), head.id());
    }

    private Incoming ack(Head head) throws MalformedPacketException {
        if (head.id() == null) {
            throw new MalformedPacketException("an acknowledgement has no number");
        }
        return new Incoming.Ack(head.namespace(), head.id(), list(head));
    }

    private List<@Nullable Object> list(Head head) throws MalformedPacketException {
        Object data = Json.read(head.data());
        // What looks like a placeholder is one in a packet with attachments only.
        Object filled = head.attachments() == 0 ? data : Json.withAttachments(data, attachments);
        if (filled instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        throw new MalformedPacketException("the data of a packet is no list");
    }

    private static Map<String, Object> auth(String data) throws MalformedPacketException {
        if (data.isEmpty()) {
            return Map.of();
        }
        Object value = Json.read(data);
        if (!(value instanceof Map<?, ?>)) {
            throw new MalformedPacketException("the data of a connect is no object");
        }
        @SuppressWarnings("unchecked") // keys of JSON are texts
        Map<String, Object> auth = (Map<String, Object>) value;
        return auth;
    }

    private static long number(String digits) {
        boolean isNumber = !digits.isEmpty()
                && digits.length() <= LONGEST_NUMBER
                && digits.chars().allMatch(digit -> isDigit((char) digit));
        return isNumber ? Long.parseLong(digits) : -1;
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static String withoutQuery(String namespace) {
        int query = namespace.indexOf('?');
        return query < 0 ? namespace : namespace.substring(0, query);
    }
}
