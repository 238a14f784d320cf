package dev.quiesce.web.config;

import static java.util.Objects.requireNonNull;

/**
 * A text that must not be seen, such as a password. Only {@link #value} gives it away; {@link #toString} does not.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value the text itself; empty when there is none
 */
public record Secret(String value) {
    static final String MASK = "****";

    /**
     * Keeps the given text.
     *
     * @throws NullPointerException if the text is null
     */
    public Secret {
        requireNonNull(value, "value");
    }

    /** Returns a mask of fixed length, so that not even the length of the secret is told. */
    @Override
    public String toString() {
        return MASK;
    }
}
