package dev.quiesce.realtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/** An outbound message, encoded once however many sockets it goes to. Immutable. */
public final class Message {
    private final byte opCode;
    private final ByteBuffer payload;

    private Message(byte opCode, ByteBuffer payload) {
        this.opCode = opCode;
        this.payload = payload;
    }

    /** Returns a text message. */
    public static Message text(String text) {
        return new Message(OpCode.TEXT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns a binary message. The content between the buffer's position and limit is copied. */
    public static Message binary(ByteBuffer content) {
        byte[] copy = new byte[content.remaining()];
        content.duplicate().get(copy);
        return new Message(OpCode.BINARY, ByteBuffer.wrap(copy));
    }

    /** Returns the size of the payload, in bytes. */
    public int size() {
        return payload.remaining();
    }

    Frame toFrame() {
        return new Frame(opCode, payload.duplicate());
    }
}
