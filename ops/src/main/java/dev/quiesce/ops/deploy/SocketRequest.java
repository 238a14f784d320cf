package dev.quiesce.ops.deploy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GET over a socket of the Unix domain, which the JDK's client does not speak. Immutable.
 *
 * @param socket the file of the socket
 * @param target the path and the query
 */
record SocketRequest(Path socket, String target) {
    /** As nginx writes such an address. */
    private static final Pattern ADDRESS = Pattern.compile("http://unix:(/[^:]*)(?::(/.*))?");

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})[^\r\n]*\r\n");
    private static final int BUFFER = 8192;

    /** Returns what asks an address such as {@code http://unix:/var/lib/app/blue.sock:/path}; empty for others. */
    static Optional<SocketRequest> of(String url) {
        Matcher matcher = ADDRESS.matcher(url);
        return matcher.matches()
                ? Optional.of(
                        new SocketRequest(Path.of(matcher.group(1)), matcher.group(2) == null ? "/" : matcher.group(2)))
                : Optional.empty();
    }

    /**
     * Asks, and returns the status once the answer has come whole.
     *
     * @throws IOException if there is no answer in that time
     */
    String status(Duration timeout) throws IOException {
        long end = System.nanoTime() + timeout.toNanos();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            // Whether it is accepted at once or waits in the queue: a connection of this kind is made, or refused,
            // here.
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(socket));
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer request = StandardCharsets.US_ASCII.encode("GET " + target
                    + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: quiesce-ops\r\nConnection: close\r\n\r\n");
            while (request.hasRemaining()) {
                await(selector, end);
                channel.write(request);
            }
            key.interestOps(SelectionKey.OP_READ);
            StringBuilder answer = new StringBuilder();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
            await(selector, end);
            while (channel.read(buffer) >= 0) {
                answer.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
                buffer.clear();
                await(selector, end);
            }
            Matcher status = STATUS.matcher(answer);
            if (!status.lookingAt()) {
                throw new IOException("the connection ended after " + answer.length() + " bytes");
            }
            return status.group(1);
        }
    }

    private void await(Selector selector, long end) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0 || selector.select(left) == 0) {
            throw new IOException("no answer in time over " + socket);
        }
        selector.selectedKeys().clear();
    }
}
