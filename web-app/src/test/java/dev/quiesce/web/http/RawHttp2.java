package dev.quiesce.web.http;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** An HTTP/2 client that does what it is told to and nothing else, such as to heed what the server says. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;

    private static final int HEADERS = 1;
    private static final int END_OF_HEADERS_AND_STREAM = 0x5;

    private final Socket socket;
    private final DataInputStream in;

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    static RawHttp2 connect(URI uri) throws IOException {
        return over(new Socket(uri.getHost(), uri.getPort()));
    }

    /** Speaks HTTP/2 over a connection, which is closed with the client. */
    static RawHttp2 over(Socket socket) throws IOException {
        RawHttp2 client = new RawHttp2(socket);
        OutputStream out = socket.getOutputStream();
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.write(SETTINGS, 0, 0, new byte[0]);
        return client;
    }

    /** Asks for {@code /} on a new stream. */
    void get(int stream) throws IOException {
        get(stream, "/");
    }

    /** Asks for a path on a new stream. */
    void get(int stream, String path) throws IOException {
        // From the static table of RFC 7541: GET, http or https, and :authority and :path with values of their own.
        byte scheme = (byte) (socket instanceof SSLSocket ? 0x87 : 0x86);
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        headers.write(new byte[] {(byte) 0x82, scheme, 0x01, 4});
        headers.write("test".getBytes(StandardCharsets.US_ASCII));
        headers.write(new byte[] {0x04, (byte) path.length()});
        headers.write(path.getBytes(StandardCharsets.US_ASCII));
        write(HEADERS, END_OF_HEADERS_AND_STREAM, stream, headers.toByteArray());
    }

    /** Reads frames up to the next one of the type, which it returns as text. */
    String next(int type) throws IOException {
        while (true) {
            int lengthAndType = in.readInt();
            in.skipNBytes(5);
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            if ((lengthAndType & 0xff) == type && (type != DATA || payload.length > 0)) {
                return new String(payload, StandardCharsets.UTF_8);
            }
        }
    }

    private void write(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(new byte[] {0, 0, (byte) payload.length, (byte) type, (byte) flags, 0, 0, 0, (byte) stream});
        frame.write(payload);
        socket.getOutputStream().write(frame.toByteArray());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
