package dev.quiesce.ops.connections;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What a run of the command has ended with and said. */
record Said(int code, String out, String err) {

    /**
     * Runs the command.
     *
     * @param person answers questions; null if there is nobody
     */
    static Said by(String url, String password, @Nullable Predicate<String> person, String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of("--url", url));
        arguments.addAll(List.of(options));
        int code = new CommandLine(new ConnectionsCommand(Map.of("QUIESCE_DB_PASSWORD", password), person))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof OpsException known)) {
                        throw failure;
                    }
                    command.getErr().println(known.getMessage());
                    return known.exitCode().code();
                })
                .execute(arguments.toArray(String[]::new));
        return new Said(code, out.toString(), err.toString());
    }

    Map<String, Object> json() throws IOException {
        return JSON.std.mapFrom(out);
    }
}
