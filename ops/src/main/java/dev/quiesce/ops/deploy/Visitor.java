package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks a version as its users will, before they do. Not safe for use by several threads. */
final class Visitor {
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LONGEST_ANSWER)
            .build();

    /** Something that may be interrupted while it looks. */
    interface Look {
        boolean isFine() throws InterruptedException;
    }

    /**
     * Waits until an address answers.
     *
     * @param alive whether it can still be hoped for
     * @throws OpsException if it does not in time, with its last answer
     */
    void awaitReady(String url, Duration timeout, Look alive) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        String answer = ask(url);
        while (!isFine(answer)) {
            if (!alive.isFine()) {
                throw new OpsException(ExitCode.REFUSED, "the new version has ended before it was ready");
            }
            if (System.nanoTime() - end > 0) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        "the new version is not ready after " + timeout.toSeconds() + " s: " + url + " says " + answer);
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            answer = ask(url);
        }
    }

    /**
     * Makes sure that nobody answers in place of a version that is still to be started.
     *
     * @throws OpsException if somebody does
     */
    void refuseIfAnswered(String url) throws InterruptedException {
        String answer = ask(url);
        if (answer.matches("\\d+")) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "something answers at " + url + " already, with " + answer
                            + ", though the new version has not been started: end it, or give the version another port");
        }
    }

    /**
     * Asks several times.
     *
     * @throws OpsException if an answer is not fine
     */
    void warm(String url, int times) throws InterruptedException {
        for (int i = 1; i <= times; i++) {
            String answer = ask(url);
            if (!isFine(answer)) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        "the new version is ready, but answered request " + i + " of " + times + " to warm it up with "
                                + answer + ": " + url);
            }
        }
    }

    private String ask(String url) throws InterruptedException {
        Optional<SocketRequest> overSocket = SocketRequest.of(url);
        if (overSocket.isPresent()) {
            try {
                return overSocket.get().status(LONGEST_ANSWER);
            } catch (IOException e) {
                return e.toString();
            }
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(LONGEST_ANSWER)
                .header("User-Agent", "quiesce-ops")
                .build();
        try {
            return Integer.toString(
                    client.send(request, BodyHandlers.discarding()).statusCode());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean isFine(String answer) {
        return answer.matches("[23]\\d\\d");
    }
}
