package dev.quiesce.realtime.engineio;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packets as they travel in the body of a long-polling request or response. */
final class Payload {
    private static final char SEPARATOR = '\u001e';
    private static final String TYPES = "1346";

    private Payload() {}

    /**
     * A packet that has arrived.
     *
     * @param type its type as the protocol has it
     * @param text what follows the type
     * @param binary the content of a binary message
     */
    record Received(char type, String text, @Nullable ByteBuffer binary) {}

    /** A body that holds no packets. */
    @SuppressWarnings("serial") // never serialized
    static final class MalformedException extends Exception {
        MalformedException(String message) {
            super(message);
        }
    }

    static String encode(Iterator<Packet> packets) {
        StringBuilder body = new StringBuilder(packets.next().polled());
        packets.forEachRemaining(packet -> body.append(SEPARATOR).append(packet.polled()));
        return body.toString();
    }

    /**
     * Returns the packets of a body.
     *
     * @throws MalformedException if one of them is none that a client may send by long-polling
     */
    static List<Received> decode(byte[] body) throws MalformedException {
        String text = utf8(body);
        List<Received> packets = new ArrayList<>();
        for (int begin = 0; begin <= text.length(); ) {
            int end = text.indexOf(SEPARATOR, begin);
            end = end < 0 ? text.length() : end;
            packets.add(packet(text.substring(begin, end)));
            begin = end + 1;
        }
        return packets;
    }

    private static String utf8(byte[] body) throws MalformedException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("the body is not UTF-8");
        }
    }

    /**
     * Returns the packet of a WebSocket's text.
     *
     * @throws MalformedException if it is none that a client may send once its socket is open
     */
    static Received fromWebSocket(String text) throws MalformedException {
        if (text.startsWith("b")) {
            throw new MalformedException("a WebSocket has messages for what is binary");
        }
        return packet(text);
    }

    private static Received packet(String text) throws MalformedException {
        if (text.isEmpty()) {
            throw new MalformedException("a packet is empty");
        }
        char type = text.charAt(0);
        String rest = text.substring(1);
        if (type == 'b') {
            try {
                return new Received('4', "", ByteBuffer.wrap(Base64.getDecoder().decode(rest)));
            } catch (IllegalArgumentException e) {
                throw new MalformedException("a binary packet is not Base64");
            }
        }
        if (TYPES.indexOf(type) < 0) {
            throw new MalformedException("there is no packet of this type from a client");
        }
        return new Received(type, rest, null);
    }
}
