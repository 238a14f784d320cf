package dev.quiesce.web.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the drill's endpoints at a constant rate on connections that are kept, as browsers and pools do: by turns a GET and a POST
 * that commits a row under its id. A client looks whether its connection has ended before it asks, and opens another one if it has
 * been told to close.
 *
 * <p>A request whose kept connection ends without a byte of an answer has met the end of that connection. A GET is asked again then,
 * once and on a new connection, as every client does; a POST is not, since it may have been executed. Whatever else is not a
 * complete 200 has failed.
 *
 * <p>Thread-safe.
 */
public final class KeptLoad implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int SERVICE_MILLIS = 5;
    private static final int MOST_TOLD = 20;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");
    private static final Pattern CLOSE = Pattern.compile("(?i)\r\nconnection: close\r\n");

    private final InetSocketAddress address;
    private final long periodNanos;
    private final ExecutorService threads;
    private final Set<String> committed = new HashSet<>();
    private final Set<String> unanswered = new HashSet<>();
    private final List<String> failures = new ArrayList<>();
    private int sent;
    private int repeated;
    private int toldToClose;
    private int foundClosed;
    private volatile boolean ended;

    private KeptLoad(InetSocketAddress address, int connections, int perSecond) {
        this.address = address;
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) * connections / perSecond;
        this.threads = Executors.newFixedThreadPool(connections);
    }

    /** Begins to ask, so often on all connections together. */
    public static KeptLoad start(InetSocketAddress address, int connections, int perSecond) {
        KeptLoad load = new KeptLoad(address, connections, perSecond);
        long begin = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            long first = begin + i * load.periodNanos / connections;
            load.threads.execute(() -> load.run(first));
        }
        return load;
    }

    /** Asks no more, and waits for the last answers. */
    public void end() throws InterruptedException, TimeoutException {
        ended = true;
        threads.shutdown();
        if (!threads.awaitTermination(2L * PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("requests are not answered; failures: " + failures());
        }
    }

    /** Returns how many requests have been sent, each counted once. */
    public synchronized int sent() {
        return sent;
    }

    /** Returns how many GETs have met the end of their connection, and were asked again. */
    public synchronized int repeated() {
        return repeated;
    }

    /** Returns the ids of the POSTs that have met the end of their connection. */
    public synchronized Set<String> unanswered() {
        return Set.copyOf(unanswered);
    }

    /** Returns how many answers have said {@code Connection: close}. */
    public synchronized int toldToClose() {
        return toldToClose;
    }

    /** Returns how many connections were found closed before anything was asked on them. */
    public synchronized int foundClosed() {
        return foundClosed;
    }

    /** Returns the failures, or the first of many. */
    public synchronized List<String> failures() {
        return List.copyOf(failures.subList(0, Math.min(failures.size(), MOST_TOLD)));
    }

    /** Returns the ids of the rows whose commit has been acknowledged. */
    public synchronized Set<String> committed() {
        return Set.copyOf(committed);
    }

    @Override
    public void close() {
        ended = true;
        threads.shutdownNow();
    }

    private void run(long first) {
        try (KeptConnection connection = new KeptConnection()) {
            long due = first;
            for (int number = 0; !ended; number++, due += periodNanos) {
                LockSupport.parkNanos(due - System.nanoTime());
                ask(connection, number % 2 == 1, UUID.randomUUID().toString());
            }
        } catch (RuntimeException e) {
            fail("the client itself", e.toString());
        }
    }

    private void ask(KeptConnection connection, boolean isPost, String id) {
        String request = (isPost ? "POST /drill/tx?ms=" : "GET /drill/sleep?ms=") + SERVICE_MILLIS + "&id=" + id;
        String expected = isPost ? "committed " + id + "\n" : "held for " + SERVICE_MILLIS + " ms\n";
        synchronized (this) {
            sent++;
        }
        try {
            judge(request, connection.exchange(request, expected.length()), isPost ? id : "", expected);
        } catch (KeptConnection.MetItsEnd e) {
            if (isPost) {
                synchronized (this) {
                    unanswered.add(id);
                }
                return;
            }
            synchronized (this) {
                repeated++;
            }
            try {
                judge(request, connection.exchange(request, expected.length()), "", expected);
            } catch (IOException again) {
                fail(request, again.toString());
            }
        } catch (IOException e) {
            fail(request, e.toString());
        }
    }

    private synchronized void judge(String request, String answer, String post, String expected) {
        int end = answer.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(answer);
        if (!answer.startsWith("HTTP/1.1 200 ")
                || !length.find()
                || Integer.parseInt(length.group(1)) != expected.length()
                || !answer.substring(end + 4).equals(expected)) {
            failures.add(request + ": " + answer.replace("\r\n", " | "));
        } else if (!post.isEmpty()) {
            committed.add(post);
        }
    }

    private synchronized void fail(String request, String what) {
        failures.add(request + ": " + what);
    }

    /** The connection of a client, and the next one when that has ended. Not thread-safe. */
    private final class KeptConnection implements AutoCloseable {
        private Socket socket = new Socket();
        private boolean used;

        /** The peer has closed a kept connection in place of an answer. */
        private static final class MetItsEnd extends IOException {
            private static final long serialVersionUID = 1;

            MetItsEnd(String message) {
                super(message);
            }
        }

        String exchange(String request, int bodyLength) throws IOException {
            if (!socket.isConnected() || socket.isClosed() || isAtItsEnd()) {
                open();
            }
            StringBuilder answer = new StringBuilder();
            try {
                socket.getOutputStream()
                        .write((request + " HTTP/1.1\r\nHost: drill\r\nContent-Length: 0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                read(answer, bodyLength);
            } catch (SocketTimeoutException e) {
                socket.close();
                throw e;
            } catch (IOException e) {
                socket.close();
                if (used && answer.isEmpty()) {
                    throw new MetItsEnd(e.toString());
                }
                throw new IOException(e + " after " + answer.length() + " bytes of " + answer, e);
            }
            used = true;
            if (CLOSE.matcher(answer).find()) {
                socket.close();
                synchronized (KeptLoad.this) {
                    toldToClose++;
                }
            }
            return answer.toString();
        }

        /** Reads the head, and what it says of the body; an answer that is not the expected one is judged by its head. */
        private void read(StringBuilder answer, int bodyLength) throws IOException {
            InputStream input = socket.getInputStream();
            while (answer.indexOf("\r\n\r\n") < 0) {
                int next = input.read();
                if (next < 0) {
                    throw new IOException("the connection has ended");
                }
                answer.append((char) next);
            }
            if (answer.indexOf("HTTP/1.1 200 ") != 0) {
                socket.close();
                return;
            }
            byte[] body = input.readNBytes(bodyLength);
            answer.append(new String(body, StandardCharsets.US_ASCII));
            if (body.length < bodyLength) {
                throw new IOException("the connection has ended");
            }
        }

        private boolean isAtItsEnd() throws IOException {
            socket.setSoTimeout(1);
            try {
                int unexpected = socket.getInputStream().read();
                if (unexpected >= 0) {
                    throw new IOException("bytes that nobody has asked for");
                }
                socket.close();
                synchronized (KeptLoad.this) {
                    foundClosed++;
                }
                return true;
            } catch (SocketTimeoutException lives) {
                return false;
            } finally {
                if (!socket.isClosed()) {
                    socket.setSoTimeout(PATIENCE_MILLIS);
                }
            }
        }

        private void open() throws IOException {
            used = false;
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, PATIENCE_MILLIS);
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                fail("the end of a client", e.toString());
            }
        }
    }
}
