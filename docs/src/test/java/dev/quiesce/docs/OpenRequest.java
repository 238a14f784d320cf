package dev.quiesce.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A request that is in flight, because the last byte of its body has not been sent yet. */
public final class OpenRequest implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int BODY_BEGINS_WITH = 1;

    private final Socket socket;
    private final String body;

    private OpenRequest(Socket socket, String body) {
        this.socket = socket;
        this.body = body;
    }

    /** Posts a text to a path on the given port of this machine, all but its end. */
    public static OpenRequest post(int port, String path, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        OpenRequest request = new OpenRequest(socket, body);
        socket.setSoTimeout(PATIENCE_MILLIS);
        request.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body.substring(0, BODY_BEGINS_WITH));
        return request;
    }

    /** Sends the rest and returns the whole response. */
    public String finish() throws IOException {
        send(body.substring(BODY_BEGINS_WITH));
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }
}
