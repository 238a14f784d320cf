package dev.quiesce.ops.plan;

/**
 * Something about a command line that sets limits.
 *
 * @param severity how bad it is
 * @param option the option, as written
 * @param message what is wrong, and what to write in its place
 */
record Finding(Severity severity, String option, String message) {
    enum Severity {
        /** Docker refuses it, or it does something else than it seems to. */
        error,
        /** It works, and will hurt. */
        warning,
        /** Good to know. */
        note
    }
}
