package dev.quiesce.realtime.socketio;

import java.security.SecureRandom;
import java.util.Base64;

/** Ids that cannot be guessed. */
final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SHORT_BYTES = 6;
    private static final int LONG_BYTES = 15;

    private Ids() {}

    /** Returns one that is unlikely to come again. */
    static String shortId() {
        return random(SHORT_BYTES);
    }

    /** Returns one that can be a secret. */
    static String longId() {
        return random(LONG_BYTES);
    }

    private static String random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
