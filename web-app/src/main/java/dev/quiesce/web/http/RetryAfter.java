package dev.quiesce.web.http;

import java.util.concurrent.ThreadLocalRandom;

/** What clients are told to wait that are refused for now, as {@code Retry-After} of RFC 9110, section 10.2.3, in seconds. Stateless. */
public final class RetryAfter {
    /** Clients that are told the same time come back together. */
    private static final int LEAST_SECONDS = 1;

    private static final int MOST_SECONDS = 6;

    private RetryAfter() {}

    /** Returns 1 to 6, by chance for each call. */
    public static int seconds() {
        return ThreadLocalRandom.current().nextInt(LEAST_SECONDS, MOST_SECONDS + 1);
    }
}
