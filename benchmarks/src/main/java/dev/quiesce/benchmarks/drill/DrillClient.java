package dev.quiesce.benchmarks.drill;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A connection without any cleverness: it is not used again once its end has come, and what is lost on it is lost. Not safe
 * for use by several threads.
 */
final class DrillClient implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocate(16 * 1024);

    private DrillClient(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * An answer.
     *
     * @param status its status
     * @param closes whether the server said that it closes the connection
     */
    record Answer(int status, boolean closes) {}

    static DrillClient connect(InetSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new DrillClient(channel);
    }

    /** Returns whether the server has closed the connection, as far as that has arrived. */
    boolean hasEnded() throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(input.clear()) != 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    void send(String path) throws IOException {
        ByteBuffer request = ByteBuffer.wrap(
                ("GET " + path + " HTTP/1.1\r\nHost: drill\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /** Returns the answer, read to its last byte. */
    Answer answer() throws IOException {
        input.clear();
        StringBuilder text = new StringBuilder();
        int bodyAt = -1;
        int length = -1;
        while (bodyAt < 0 || text.length() < bodyAt + length) {
            input.clear();
            if (channel.read(input) < 0) {
                throw new EOFException("the connection ended after " + text.length() + " bytes of an answer");
            }
            text.append(StandardCharsets.ISO_8859_1.decode(input.flip()));
            if (bodyAt < 0 && text.indexOf("\r\n\r\n") >= 0) {
                bodyAt = text.indexOf("\r\n\r\n") + 4;
                length = contentLength(text.substring(0, bodyAt));
            }
        }
        String head = text.substring(0, bodyAt);
        return new Answer(Integer.parseInt(head.substring(9, 12)), head.contains("Connection: close"));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static int contentLength(String head) throws IOException {
        for (String line : head.split("\r\n")) {
            if (line.regionMatches(true, 0, "Content-Length: ", 0, 16)) {
                return Integer.parseInt(line.substring(16));
            }
        }
        throw new IOException("no length in " + head);
    }
}
