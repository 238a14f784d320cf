package dev.quiesce.web.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One keep-alive connection without any cleverness of its own. Not safe for use by several threads. */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private final Closeable connection;
    private final InputStream input;
    private final OutputStream output;

    private RawClient(Closeable connection, InputStream input, OutputStream output) {
        this.connection = connection;
        this.input = input;
        this.output = output;
    }

    /** Connects to the host and port of a URI. */
    public static RawClient connect(URI uri) throws IOException {
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return new RawClient(socket, socket.getInputStream(), socket.getOutputStream());
    }

    /** Connects to a socket of the Unix domain. Has no patience of its own. */
    public static RawClient connect(Path file) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
        return new RawClient(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
    }

    /** Sends a request without reading its answer. */
    public void send(String text) throws IOException {
        output.write(text.getBytes(StandardCharsets.ISO_8859_1));
        output.flush();
    }

    /** Returns the answer to a GET, head and body. */
    public String get(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        return answer();
    }

    /** Returns the next answer, head and body, which has to tell its length. */
    public String answer() throws IOException {
        String head = upTo("\r\n\r\n");
        Matcher length = LENGTH.matcher(head);
        if (!length.find()) {
            throw new IOException("No content length: " + head);
        }
        int size = Integer.parseInt(length.group(1));
        byte[] body = input.readNBytes(size);
        if (body.length < size) {
            throw new IOException("The connection ended after " + body.length + " of " + size + " bytes");
        }
        return head + new String(body, StandardCharsets.UTF_8);
    }

    /** Returns what comes up to and with the given text. */
    public String upTo(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("The connection ended before '" + end + "': " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Returns what comes until the peer closes the connection by FIN. */
    public String upToTheEnd() throws IOException {
        return new String(input.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Returns whether the peer has closed the connection by FIN; waits for it or for further input. */
    public boolean isAtEnd() throws IOException {
        return input.read() < 0;
    }

    /** Closes this side by FIN; answers can still be read. */
    public void endOutput() throws IOException {
        if (connection instanceof Socket socket) {
            socket.shutdownOutput();
        } else if (connection instanceof SocketChannel channel) {
            channel.shutdownOutput();
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
