package dev.quiesce.ops.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How a command answers: with text for people, or with one object of JSON for programs. The answer goes to standard output;
 * progress and errors go to standard error, so that an answer can be piped.
 *
 * <p>Every command has one as a mixin. Not thread-safe.
 */
public final class Output {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--json", description = "answer with one object of JSON in place of text")
    private boolean json;

    /** Says whether the text has colours. */
    public enum Colour {
        /** On a terminal only, and not if {@code NO_COLOR} is set. */
        auto,
        /** Always. */
        always,
        /** Never. */
        never
    }

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description = "colour the text: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Colour colour = Colour.auto;

    /** Answers: with the object if JSON is asked for, otherwise with the text, in which {@code @|red …|@} is red. */
    public void answer(Map<String, ?> object, Supplier<String> text) {
        PrintWriter out = commandLine().getOut();
        if (json) {
            out.println(json(object));
        } else {
            out.print(ansi().string(text.get()));
        }
        out.flush();
    }

    /** Says what is going on, to people only. */
    public void progress(String line) {
        if (!json) {
            PrintWriter err = commandLine().getErr();
            err.println(line);
            err.flush();
        }
    }

    /** Returns whether JSON is asked for. */
    public boolean isJson() {
        return json;
    }

    private Ansi ansi() {
        return switch (colour) {
            case always -> Ansi.ON;
            case never -> Ansi.OFF;
            case auto -> Ansi.AUTO;
        };
    }

    private CommandLine commandLine() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("the mixin belongs to no command");
        }
        return spec.commandLine();
    }

    private static String json(Map<String, ?> object) {
        try {
            return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object);
        } catch (IOException e) {
            throw new IllegalStateException("no JSON can be made of " + object.keySet(), e);
        }
    }
}
