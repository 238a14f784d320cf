package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Copies files that fit, changes them, and runs the command on them. */
final class LintRun {
    private static final Path FILES = Path.of("src/test/resources/lint");

    private final Path folder;

    LintRun(Path folder, String files) throws IOException {
        this.folder = folder;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(FILES.resolve(files))) {
            for (Path file : all) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    /** What a run of the command has ended with and said. */
    record Said(int code, String out, String err) {}

    void replace(String file, String right, String wrong) throws IOException {
        String text = Files.readString(folder.resolve(file));
        int at = text.indexOf(right);
        assertThat(at).as("'%s' in %s", right, file).isNotNegative();
        Files.writeString(folder.resolve(file), text.substring(0, at) + wrong + text.substring(at + right.length()));
    }

    void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    /** Runs the command on all files. */
    Said run(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            List<String> files = new ArrayList<>();
            all.forEach(file -> files.add(file.toString()));
            files.sort(null);
            arguments.addAll(files);
        }
        return command(arguments.toArray(String[]::new));
    }

    static Said command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new LintCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Said(code, out.toString(), err.toString());
    }

    /** Runs the command where it may refuse to go on, as the whole program does. */
    static Said refused(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new LintCommand())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    OpsException known = (OpsException) failure;
                    command.getErr().println(known.getMessage());
                    return known.exitCode().code();
                })
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Said(code, out.toString(), err.toString());
    }

    /** Returns each finding as its rule and both places, without the folder. */
    List<String> findings() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Object finding : (List<?>) json("findings")) {
            Map<?, ?> map = (Map<?, ?>) finding;
            findings.add(map.get("rule") + " | " + shown(map.get("first")) + " | " + shown(map.get("second")));
        }
        return findings;
    }

    /** Returns a part of the answer, whose exit code has to be that of what was found. */
    Object json(String key) throws IOException {
        boolean tellsNoDatabase = Files.exists(folder.resolve("board.yaml"));
        Said said = tellsNoDatabase ? run("--json", "--max-connections", "120") : run("--json");
        Map<String, Object> answer = JSON.std.mapFrom(said.out());
        assertThat(said.code()).isEqualTo(((List<?>) answer.get("findings")).isEmpty() ? 0 : 1);
        assertThat(said.err()).isEmpty();
        return answer.get(key);
    }

    private String shown(Object value) {
        Map<?, ?> map = (Map<?, ?>) value;
        String file = map.get("file").toString().replace(folder + "/", "");
        return file + ":" + map.get("line") + " " + map.get("name") + ": " + map.get("value");
    }
}
