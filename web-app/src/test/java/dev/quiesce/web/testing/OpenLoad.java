package dev.quiesce.web.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the drill's endpoints at a constant rate, however long the answers take: by turns a GET and a POST that commits a row
 * under its id. Every request has a connection of its own, is sent once, and has failed unless its answer is 200 and
 * complete.
 *
 * <p>Thread-safe.
 */
public final class OpenLoad implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int SERVICE_MILLIS = 5;
    private static final int MOST_TOLD = 20;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");
    private static final Pattern UPSTREAM = Pattern.compile("(?i)\r\nx-upstream: (?:[^\r]*, )?([^\r]*)\r\n");

    private final InetSocketAddress address;
    private final long periodNanos;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> committed = new HashSet<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<String, Integer> answersByServer = new HashMap<>();
    private final TreeSet<Integer> unanswered = new TreeSet<>();
    private int sent;
    private long longestNanos;

    private OpenLoad(InetSocketAddress address, int perSecond) {
        this.address = address;
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Begins to ask. */
    public static OpenLoad start(InetSocketAddress address, int perSecond) {
        OpenLoad load = new OpenLoad(address, perSecond);
        long begin = System.nanoTime();
        load.clock.scheduleAtFixedRate(() -> load.next(begin), 0, load.periodNanos, TimeUnit.NANOSECONDS);
        return load;
    }

    /** Waits until so many requests have been sent. */
    public void awaitSent(int count) throws InterruptedException, TimeoutException {
        await(() -> sent >= count, count + " requests sent");
    }

    /** Waits until every request that has been sent before this call has been answered, or has failed. */
    public synchronized void awaitAnswersSoFar() throws InterruptedException, TimeoutException {
        int before = sent;
        await(() -> unanswered.isEmpty() || unanswered.first() >= before, "answers to " + before + " requests");
    }

    /** Waits until a server of the proxy's group has given a further answer. */
    public synchronized void awaitAnswerOf(String server) throws InterruptedException, TimeoutException {
        int before = answersByServer.getOrDefault(server, 0);
        await(() -> answersByServer.getOrDefault(server, 0) > before, "answer of " + server);
    }

    /** Sends no more and waits for the answers to come. */
    public void end() throws InterruptedException, TimeoutException {
        clock.shutdown();
        if (!clock.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("the clock has not stopped");
        }
        awaitAnswersSoFar();
        threads.shutdown();
    }

    /** Returns how many requests have been sent. */
    public synchronized int sent() {
        return sent;
    }

    /** Returns how many have failed. */
    public synchronized int failed() {
        return failures.size();
    }

    /** Returns the failures, or the first of many: the request, when it was sent, and what came in place of its answer. */
    public synchronized List<String> failures() {
        return List.copyOf(failures.subList(0, Math.min(failures.size(), MOST_TOLD)));
    }

    /** Returns the ids of the rows whose commit has been acknowledged. */
    public synchronized Set<String> committed() {
        return Set.copyOf(committed);
    }

    /** Returns the longest time from when a request was due to the end of its answer. */
    public synchronized Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        threads.shutdownNow();
    }

    private synchronized void next(long begin) {
        int number = sent++;
        long due = begin + number * periodNanos;
        unanswered.add(number);
        notifyAll();
        threads.execute(() -> ask(number, UUID.randomUUID().toString(), due));
    }

    private void ask(int number, String id, long due) {
        boolean isPost = number % 2 == 1;
        String request = isPost
                ? "POST /drill/tx?ms=" + SERVICE_MILLIS + "&id=" + id
                : "GET /drill/sleep?ms=" + SERVICE_MILLIS + "&id=" + id;
        String expected = isPost ? "committed " + id + "\n" : "held for " + SERVICE_MILLIS + " ms\n";
        String answer;
        try {
            answer = exchange(request);
        } catch (IOException e) {
            answer = e.toString();
        }
        boolean complete = isComplete(answer, expected);
        synchronized (this) {
            unanswered.remove(number);
            longestNanos = Math.max(longestNanos, System.nanoTime() - due);
            if (complete) {
                count(answer);
                if (isPost) {
                    committed.add(id);
                }
            } else {
                failures.add(request + ": " + answer.replace("\r\n", " | "));
            }
            notifyAll();
        }
    }

    private void count(String answer) {
        Matcher server = UPSTREAM.matcher(answer);
        if (server.find()) {
            answersByServer.merge(server.group(1), 1, Integer::sum);
        }
    }

    private String exchange(String request) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nHost: drill\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static boolean isComplete(String answer, String expected) {
        int end = answer.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(answer);
        return answer.startsWith("HTTP/1.1 200 ")
                && length.find()
                && Integer.parseInt(length.group(1)) == expected.length()
                && answer.substring(end + 4).equals(expected);
    }

    private synchronized void await(BooleanSupplier condition, String what)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2L * PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("not " + what + "; failures: " + failures);
            }
            wait(left);
        }
    }
}
