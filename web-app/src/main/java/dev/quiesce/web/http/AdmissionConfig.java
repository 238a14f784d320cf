package dev.quiesce.web.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How many requests are served at once, and how long others may wait for their turn.
 *
 * <p>What stands behind has a capacity, such as the connections of a pool. More requests at once only wait inside, holding threads
 * and memory, until their clients have left; then the work is done for nobody, and the retries keep it so. So the rest waits
 * here, where it costs little, and is sent away while its client still listens.
 *
 * @param concurrency the most requests at once; a small multiple of the connections that they need
 * @param waiting the most requests that wait; 0 turns away whatever finds no place at once
 * @param patience how long the caller of a request waits for its answer, unless it says so itself; shorter than the callers
 *     really wait, since the answer has to travel
 * @param ramp how long after the first request the full concurrency is reached, from a quarter of it; zero for at once. A cold
 *     JVM and an empty cache serve less
 */
public record AdmissionConfig(int concurrency, int waiting, Duration patience, Duration ramp) {
    private static final int MOST = 100_000;

    /**
     * Checks the configuration.
     *
     * @throws IllegalArgumentException if concurrency is not 1 to 100,000, waiting not 0 to 100,000, patience not positive, or ramp negative;
     *     the message has every mistake
     */
    public AdmissionConfig {
        List<String> mistakes = new ArrayList<>();
        if (concurrency < 1 || concurrency > MOST) {
            mistakes.add("concurrency is " + concurrency + ", it must be 1 to " + MOST);
        }
        if (waiting < 0 || waiting > MOST) {
            mistakes.add("waiting is " + waiting + ", it must be 0 to " + MOST);
        }
        if (patience.isNegative() || patience.isZero()) {
            mistakes.add("patience is " + patience.toMillis() + " ms, it must be positive");
        }
        if (ramp.isNegative()) {
            mistakes.add("ramp is " + ramp.toMillis() + " ms, it must not be negative");
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("admission: " + String.join("; ", mistakes));
        }
    }
}
