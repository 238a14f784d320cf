package dev.quiesce.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.ops.process.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command line, installed as README.md says: a link to the script, and the completion. */
@Tag("slow")
class InstalledIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void link_runsTheCommandLine_andBashCompletesItsCommandsAndOptions() throws Exception {
        Path link = Files.createSymbolicLink(
                folder.resolve("quiesce-ops"), Path.of("bin/quiesce-ops").toAbsolutePath());
        Path completion = folder.resolve("completion");

        Program.Result version = run(link.toString(), "--version");
        Files.writeString(
                completion, run(link.toString(), "generate-completion").orFail().out());
        Program.Result commands = complete(completion, "quiesce-ops", "pl");
        Program.Result options = complete(completion, "quiesce-ops", "plan", "--und");

        assertThat(version.code()).as(version.err()).isZero();
        assertThat(version.out()).startsWith("quiesce-ops ");
        assertThat(commands.out()).as(commands.err()).isEqualTo("plan\n");
        assertThat(options.out()).as(options.err()).isEqualTo("--undo\n");
    }

    /** Asks bash for what it would offer behind these words. */
    private static Program.Result complete(Path script, String... words) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE}; "
                        + "_complete_quiesce-ops; printf '%s\\n' \"${COMPREPLY[@]}\"",
                script.toString()));
        command.addAll(List.of(words));
        return Program.run(TIMEOUT, command);
    }

    private static Program.Result run(String... command) throws InterruptedException {
        return Program.run(TIMEOUT, List.of(command));
    }
}
