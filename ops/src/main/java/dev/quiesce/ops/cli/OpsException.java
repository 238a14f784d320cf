package dev.quiesce.ops.cli;

import org.jspecify.annotations.Nullable;

/** A failure that the operator can do something about. Its message says what to do. */
@SuppressWarnings("serial") // never serialized
public final class OpsException extends RuntimeException {
    private final ExitCode exitCode;

    /**
     * Makes one.
     *
     * @param exitCode what the process ends with
     * @param message what is wrong and what to do, in one or several lines
     */
    public OpsException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    /** Makes one with a cause. */
    public OpsException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** Returns what the process ends with. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
