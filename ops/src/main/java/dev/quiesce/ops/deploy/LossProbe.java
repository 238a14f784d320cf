package dev.quiesce.ops.deploy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks the whole time, as a client that never asks twice: each request has a connection of its own, and whatever is not a
 * complete 2xx or 3xx is lost. Thread-safe.
 */
final class LossProbe implements AutoCloseable {
    private static final int LONGEST_ANSWER_MILLIS = 10_000;
    private static final int MOST_REMEMBERED = 5;
    private static final int THREADS = 32;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d{1,9})\r\n");

    private static final Pattern CHUNKED = Pattern.compile("(?i)\r\ntransfer-encoding: *chunked\r\n");

    private final URI url;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(LossProbe::daemon);
    private final ExecutorService askers = Executors.newFixedThreadPool(THREADS, LossProbe::daemon);
    private final AtomicLong sent = new AtomicLong();
    private final List<String> losses = new ArrayList<>();
    private long lost; // guarded by losses

    private LossProbe(URI url) {
        this.url = url;
    }

    /** Asks so often from now on. */
    static LossProbe start(String url, int perSecond) {
        LossProbe probe = new LossProbe(URI.create(url));
        probe.clock.scheduleAtFixedRate(
                () -> probe.askers.execute(probe::ask),
                0,
                TimeUnit.SECONDS.toNanos(1) / perSecond,
                TimeUnit.NANOSECONDS);
        return probe;
    }

    /** Asks no more, waits for the last answers, and returns how many requests were sent. */
    long end() throws InterruptedException {
        clock.shutdown();
        clock.awaitTermination(LONGEST_ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        askers.shutdown();
        if (!askers.awaitTermination(2 * LONGEST_ANSWER_MILLIS, TimeUnit.MILLISECONDS)) {
            lose("requests have had no answer for " + 2 * LONGEST_ANSWER_MILLIS + " ms");
        }
        return sent.get();
    }

    /** Returns how many requests have been lost so far. */
    long lost() {
        synchronized (losses) {
            return lost;
        }
    }

    /** Returns what became of the first that were lost. */
    List<String> losses() {
        synchronized (losses) {
            return List.copyOf(losses);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        askers.shutdownNow();
    }

    private void ask() {
        sent.incrementAndGet();
        try (Socket socket = connect()) {
            socket.setSoTimeout(LONGEST_ANSWER_MILLIS);
            String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
            String request = "GET " + path + query + " HTTP/1.1\r\nHost: " + url.getRawAuthority()
                    + "\r\nUser-Agent: quiesce-ops\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            judge(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException | RuntimeException e) {
            lose(e.toString());
        }
    }

    private Socket connect() throws IOException {
        boolean tls = "https".equals(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        if (tls) {
            return SSLSocketFactory.getDefault().createSocket(url.getHost(), port);
        }
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(url.getHost(), port), LONGEST_ANSWER_MILLIS);
        return socket;
    }

    private void judge(String answer) {
        int head = answer.indexOf("\r\n\r\n");
        if (head < 0) {
            lose("the connection ended after " + answer.length() + " bytes");
        } else if (!answer.matches("(?s)HTTP/1\\.[01] [23]\\d\\d.*")) {
            lose(answer.substring(0, answer.indexOf("\r\n")));
        } else if (CHUNKED.matcher(answer.substring(0, head + 2)).find() && !answer.endsWith("\r\n0\r\n\r\n")) {
            lose("the connection ended within the body");
        } else {
            Matcher length = LENGTH.matcher(answer.substring(0, head + 2));
            int body = answer.length() - head - 4;
            if (length.find() && Integer.parseInt(length.group(1)) != body) {
                lose("the connection ended after " + body + " of " + length.group(1) + " bytes of the body");
            }
        }
    }

    private void lose(String what) {
        synchronized (losses) {
            lost++;
            if (losses.size() < MOST_REMEMBERED) {
                losses.add(what);
            }
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "loss probe");
        thread.setDaemon(true);
        return thread;
    }
}
