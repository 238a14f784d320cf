package dev.quiesce.web.config;

/**
 * A value as some source gives it.
 *
 * @param text the value, not yet checked; may be a secret
 * @param origin where it stands, for messages: a file and its line, a variable, an option
 */
record Assignment(String text, String origin) {
    /** Keeps the text, which may be a secret, out of logs. */
    @Override
    public String toString() {
        return origin;
    }
}
