package dev.quiesce.ops.cli;

/** What the command line tells its caller by its exit code. */
public enum ExitCode {
    /** All is well. */
    OK(0),
    /** The command has run, and its answer is no: something was found, refused, or rolled back. */
    REFUSED(1),
    /** The command line makes no sense. */
    USAGE(2),
    /** What the command needs cannot be reached, read or run. */
    UNAVAILABLE(3);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** Returns the number that the process ends with. */
    public int code() {
        return code;
    }
}
