package dev.quiesce.web.testing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Clients that count in sessions of their own by the drill's endpoint. Each sends one request after the other, on a connection
 * of its own, to the next instance in turn; who refuses the connection is passed over. Each answer tells whether the session
 * has kept what had been answered before.
 *
 * <p>Thread-safe.
 */
public final class SessionLoad implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long THINK_MILLIS = 5;
    private static final int MOST_TOLD = 20;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d+)");
    private static final Pattern COOKIE = Pattern.compile("(?i)\r\nset-cookie: ([^;]+);");

    private final List<URI> instances;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> losses = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private int answered;
    private int clients;
    private int signedOut;
    private int twice;
    private boolean ended;

    private SessionLoad(List<String> places) {
        this.instances = places.stream()
                .map(place -> URI.create("http://" + place + "/"))
                .toList();
    }

    /** Begins to count, at instances that listen on ports. */
    public static SessionLoad start(List<String> places, int clients) {
        SessionLoad load = new SessionLoad(places);
        load.clients = clients;
        for (int i = 0; i < clients; i++) {
            int first = i;
            load.threads.execute(() -> load.count(first));
        }
        return load;
    }

    /** Waits until so many increments have been answered. */
    public synchronized void awaitAnswered(int count) throws InterruptedException, TimeoutException {
        await(() -> answered >= count, count + " answers");
    }

    /** Sends no more and waits for the answers to come. */
    public synchronized void end() throws InterruptedException, TimeoutException {
        ended = true;
        await(() -> clients == 0, "the end of all clients");
    }

    /** Returns how many increments have been answered. */
    public synchronized int answered() {
        return answered;
    }

    /** Returns the answers, or the first of many, that did not have what had been answered before. */
    public synchronized List<String> losses() {
        return List.copyOf(losses.subList(0, Math.min(losses.size(), MOST_TOLD)));
    }

    /** Returns how many answers did not have what had been answered before. */
    public synchronized int lost() {
        return losses.size();
    }

    /** Returns how often a client was given another session than the one whose cookie it has sent. */
    public synchronized int signedOut() {
        return signedOut;
    }

    /** Returns how many answers had more than what was asked for. */
    public synchronized int twice() {
        return twice;
    }

    /** Returns the requests that were sent and not answered 200, or the first of many. */
    public synchronized List<String> failures() {
        return List.copyOf(failures.subList(0, Math.min(failures.size(), MOST_TOLD)));
    }

    /** Returns how many requests were sent and not answered 200. */
    public synchronized int failed() {
        return failures.size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void await(BooleanSupplier condition, String what) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException("waited for " + what + ", but there are " + answered + " answers, failures "
                        + failures() + ", losses " + losses());
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private void count(int first) {
        Client client = new Client();
        try {
            for (int turn = first; !isEnded(); turn++) {
                client.ask(instances.get(turn % instances.size()));
                TimeUnit.MILLISECONDS.sleep(THINK_MILLIS);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } finally {
            leave();
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    private synchronized void leave() {
        clients--;
        notifyAll();
    }

    /** One session. Used by one thread. */
    private final class Client {
        private @Nullable String cookie;
        private long count;

        /** Requests since then of which it is not known whether they have counted. */
        private long unknown;

        private void ask(URI instance) {
            boolean sent = false;
            try (RawClient connection = RawClient.connect(instance)) {
                sent = true;
                connection.send("GET /drill/session HTTP/1.1\r\nHost: drill\r\nConnection: close\r\n"
                        + (cookie == null ? "" : "Cookie: " + cookie + "\r\n") + "\r\n");
                note(instance, connection.answer());
            } catch (ConnectException refused) {
                // the next one in turn is asked
            } catch (IOException e) {
                if (sent) {
                    unknown++;
                }
                fail(instance, e.toString());
            }
        }

        private void note(URI instance, String answer) {
            Matcher status = STATUS.matcher(answer);
            if (!status.lookingAt() || !status.group(1).equals("200")) {
                unknown++;
                fail(instance, answer.lines().findFirst().orElse(""));
                return;
            }
            long counted = Long.parseLong(
                    answer.substring(answer.indexOf("\r\n\r\n") + 4).strip());
            Matcher given = COOKIE.matcher(answer);
            boolean another = given.find() && cookie != null;
            synchronized (SessionLoad.this) {
                answered++;
                if (another) {
                    signedOut++;
                }
                if (counted <= count) {
                    losses.add(counted + " after " + count + " at " + instance);
                } else if (counted > count + 1 + unknown) {
                    twice++;
                }
                SessionLoad.this.notifyAll();
            }
            if (cookie == null || another) {
                cookie = given.group(1);
            }
            count = counted;
            unknown = 0;
        }

        private void fail(URI instance, String what) {
            synchronized (SessionLoad.this) {
                failures.add(what.replaceAll("\\s+", " ") + " at " + instance);
            }
        }
    }
}
