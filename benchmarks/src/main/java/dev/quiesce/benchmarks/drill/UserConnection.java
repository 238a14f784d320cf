package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One request for a transaction, on a connection of its own that does not block. Used by one thread. */
final class UserConnection {
    private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.1 (\\d{3}) ");
    private static final Pattern LENGTH = Pattern.compile("(?im)^Content-Length: (\\d+)$");
    private static final Pattern RETRY_AFTER = Pattern.compile("(?im)^Retry-After: (\\d+)$");
    private static final Pattern PROBLEM = Pattern.compile("(?im)^Content-Type: application/problem\\+json$");

    private final String id = UUID.randomUUID().toString();
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer request;
    private final ByteBuffer answer = ByteBuffer.allocate(2048);
    private Runnable whenOver = () -> {};
    private Duration retryAfter = Duration.ZERO;
    private @Nullable Attempt attempt;

    /**
     * Begins to connect; {@link #proceed} has to be called then, and whenever the selector says that something has happened.
     */
    UserConnection(Selector selector, InetSocketAddress address, int millis) {
        request = ByteBuffer.wrap(
                ("POST /drill/tx?id=" + id + "&ms=" + millis + " HTTP/1.1\r\nHost: drill\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            key = channel.register(selector, SelectionKey.OP_CONNECT, this);
            channel.connect(address);
        } catch (IOException e) {
            throw new UncheckedIOException("this machine has no socket left", e);
        }
    }

    /** Sets what is called once, when it is over. */
    void whenOver(Runnable called) {
        whenOver = called;
    }

    /** Does what can be done without waiting. */
    void proceed() {
        if (attempt != null) {
            return;
        }
        try {
            if (channel.isConnectionPending() && !channel.finishConnect()) {
                return;
            }
            if (request.hasRemaining()) {
                channel.write(request);
            }
            key.interestOps(request.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            int count = channel.read(answer);
            Outcome outcome = outcome();
            if (outcome != null) {
                end(outcome);
            } else if (count < 0) {
                end(Outcome.LOST);
            }
        } catch (IOException lost) {
            end(Outcome.LOST);
        }
    }

    /** Closes the connection, unless it is over already. */
    void end(Outcome outcome) {
        if (attempt != null) {
            return;
        }
        attempt = new Attempt(id, System.nanoTime(), outcome);
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        whenOver.run();
    }

    /** Returns what has become of it, once it is over. */
    Attempt attempt() {
        Attempt over = attempt;
        Check.that(over != null, "transaction " + id + " is not over");
        return over;
    }

    /** Returns how long to wait before the next try. */
    Duration retryAfter() {
        return retryAfter;
    }

    /** Returns what the answer means, or null if it is not complete. */
    private @Nullable Outcome outcome() {
        String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n") + 4;
        if (body < 4) {
            return null;
        }
        String head = text.substring(0, body);
        Matcher length = LENGTH.matcher(head);
        if (!length.find() || text.length() < body + Integer.parseInt(length.group(1))) {
            return null;
        }
        Matcher retry = RETRY_AFTER.matcher(head);
        if (retry.find()) {
            retryAfter = Duration.ofSeconds(Long.parseLong(retry.group(1)));
        }
        Matcher status = STATUS.matcher(head);
        return switch (status.find() ? status.group(1) : "") {
            case "200" -> Outcome.ACKNOWLEDGED;
            case "503" -> PROBLEM.matcher(head).find() ? Outcome.SHED : Outcome.POOL_TIMEOUT;
            default -> Outcome.REFUSED;
        };
    }
}
