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
    UNAVAILABLE(3),
    /** It is done, and something was lost on the way. */
    LOSSY(4),
    /** It is done as far as users notice, and not at its end: run it again. */
    UNFINISHED(5),
    /** Nobody knows what serves, or nothing does: somebody has to look. */
    BROKEN(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** Returns the number that the process ends with. */
    public int code() {
        return code;
    }
}
