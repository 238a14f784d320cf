package dev.quiesce.ops.lint;

import dev.quiesce.ops.cli.Secrets;

/**
 * Something that is set, or what applies as it is not. Whatever a message quotes from a file, it takes from {@link #text},
 * which bears no secret.
 *
 * @param name what it is called where it stands
 * @param value what it means
 * @param text how it is shown, which is as it was written if it was
 * @param place where it stands; for a default, where it would
 */
record Value<T>(String name, T value, String text, Place place) {
    static final String MISSING = "missing";

    /** Returns how it is shown; a secret is not. */
    @Override
    public String text() {
        return Secrets.masked(name, text);
    }

    static Value<String> of(String name, String text, Place place) {
        return new Value<>(name, text, text, place);
    }

    static Value<String> missing(String name, Place place) {
        return of(name, MISSING, place);
    }

    static <T> Value<T> byDefault(String name, T value, String text, Place place) {
        return new Value<>(name, value, text + " (default)", place);
    }
}
