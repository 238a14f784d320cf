package dev.quiesce.ops.process;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs another program, such as {@code docker}, to its end. Safe for use by many threads. */
public final class Program {
    private Program() {}

    /**
     * What a program has said.
     *
     * @param command what was run
     * @param code its exit code
     * @param out its standard output
     * @param err its standard error
     */
    public record Result(List<String> command, int code, String out, String err) {

        /** Returns whether the exit code is 0. */
        public boolean isOk() {
            return code == 0;
        }

        /**
         * Returns this, if the exit code is 0.
         *
         * @throws OpsException otherwise, with what the program has said
         */
        public Result orFail() {
            if (!isOk()) {
                throw new OpsException(
                        ExitCode.UNAVAILABLE, name(command) + " failed with exit code " + code + ": " + said());
            }
            return this;
        }

        /** Returns its complaint: standard error, or standard output if there is none. */
        public String said() {
            return (err.isBlank() ? out : err).strip();
        }
    }

    /**
     * Runs a program and waits for its end.
     *
     * @param timeout after which it is killed
     * @throws OpsException if it does not exist, or does not end in time
     * @throws InterruptedException if interrupted; the program has been killed
     */
    public static Result run(Duration timeout, List<String> command) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    command.get(0) + " cannot be run: is it installed, and on the PATH? (" + e.getMessage() + ")",
                    e);
        }
        try {
            CompletableFuture<String> out = read(process.getInputStream());
            CompletableFuture<String> err = read(process.getErrorStream());
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new OpsException(
                        ExitCode.UNAVAILABLE, name(command) + " has not ended within " + timeout.toMillis() + " ms");
            }
            return new Result(List.copyOf(command), process.exitValue(), out.join(), err.join());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Without the arguments, which may be secrets. */
    private static String name(List<String> command) {
        return String.join(" ", command.subList(0, Math.min(2, command.size())));
    }

    private static CompletableFuture<String> read(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(new UncheckedIOException(e));
                    }
                },
                "output of a program");
        reader.setDaemon(true);
        reader.start();
        return text;
    }
}
