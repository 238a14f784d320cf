package dev.quiesce.realtime;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client that does nothing by itself: it answers no ping and no close frame, and reads only when told to. */
public final class RawClient implements AutoCloseable {
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    /** A frame as it came. */
    public record Frame(int opCode, byte[] payload) {
        public int closeCode() {
            return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        public String closeReason() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket = new Socket();
    private final DataInputStream in;
    final String response;

    private RawClient(int port, int receiveBuffer, String headers) throws IOException {
        this(port, receiveBuffer, "/sockets", headers);
    }

    private RawClient(int port, int receiveBuffer, String path, String headers) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        in = new DataInputStream(socket.getInputStream());
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        response = readHead();
    }

    static RawClient connected(int port) throws IOException {
        return connected(port, "");
    }

    static RawClient connected(int port, String headers) throws IOException {
        RawClient client = new RawClient(port, 0, headers);
        if (!client.response.startsWith("HTTP/1.1 101")) {
            throw new IOException(client.response);
        }
        return client;
    }

    /** Connects to another path than that of the hub, and takes little before the sender has to wait. */
    public static RawClient slow(int port, String path) throws IOException {
        return new RawClient(port, 4096, path, "");
    }

    static RawClient withSmallBuffer(int port) throws IOException {
        return new RawClient(port, 4096, "");
    }

    /** Sends an upgrade request for another path and returns the status line and headers of the answer. */
    public static String requestPath(int port, String path) throws IOException {
        try (RawClient client = new RawClient(port, 0, path, "")) {
            return client.response;
        }
    }

    /** Sends an upgrade request and returns the status line and headers of the answer. */
    static String request(int port, String headers) throws IOException {
        try (RawClient client = new RawClient(port, 0, headers)) {
            return client.response;
        }
    }

    private String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    public void send(int opCode, boolean last, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) ((last ? 0x80 : 0) | opCode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 65536) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        // A mask of zeros leaves the payload as it is.
        frame.putInt(0).put(payload);
        socket.getOutputStream().write(frame.array(), 0, frame.position());
    }

    public void sendText(String text) throws IOException {
        send(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
    }

    public void sendClose(int code) throws IOException {
        send(CLOSE, true, ByteBuffer.allocate(2).putShort((short) code).array());
    }

    public Frame read() throws IOException {
        int opCode = in.readUnsignedByte() & 0x0F;
        long length = in.readUnsignedByte() & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        return new Frame(opCode, in.readNBytes((int) length));
    }

    public Frame readUntil(int opCode) throws IOException {
        Frame frame = read();
        while (frame.opCode() != opCode) {
            frame = read();
        }
        return frame;
    }

    /** Returns whether the server's side ends with a FIN, where a reset would be thrown. */
    public boolean endsCleanly() throws IOException {
        return in.read() == -1;
    }

    /** Reads to the end of the connection, clean or not. */
    public void readToEnd() throws IOException {
        try {
            in.skipNBytes(Long.MAX_VALUE);
        } catch (EOFException e) {
            // The end that was asked for.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
