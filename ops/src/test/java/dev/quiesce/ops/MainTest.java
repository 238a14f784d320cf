package dev.quiesce.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What holds for the command line as a whole. */
class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine main =
            Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @Test
    void noCommand_isAMistake_andShowsTheUsage() {
        assertThat(main.execute()).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("Missing required subcommand", "Usage: quiesce-ops", "Exit codes:");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommand_hasHelp(String name) {
        assertThat(main.execute(name, "--help")).isEqualTo(ExitCode.OK.code());
        assertThat(out.toString()).contains("Usage: quiesce-ops " + name);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommand_hasJsonAndExamples_exceptTheOneThatCompletes(String name) {
        CommandLine command = main.getSubcommands().get(name);
        if (!name.equals("generate-completion")) {
            assertThat(command.getCommandSpec().findOption("--json")).isNotNull();
            assertThat(command.getHelp().footerHeading()).contains("Examples");
            assertThat(command.getHelp().exitCodeList()).contains("0", "2");
        }
    }

    @Test
    void completion_isAScriptForTheShell() {
        assertThat(main.execute("generate-completion")).isEqualTo(ExitCode.OK.code());
        assertThat(out.toString()).contains("complete -F _complete_quiesce-ops");
    }

    @Test
    void failure_isAnObject_whereJsonIsAskedFor() {
        main.addSubcommand(new Fails());
        main.setOut(new PrintWriter(out));

        assertThat(main.execute("fails", "--json")).isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(out.toString()).contains("\"error\" : \"no engine answers; start it\"", "\"exitCode\" : 3");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("Unknown option: '--bogus'", new String[] {"plan", "--bogus", "--json"}),
                Arguments.of("Unknown option: '--bogus'", new String[] {"plan", "--json", "--bogus"}),
                Arguments.of("Missing required parameter: 'FILE'", new String[] {"lint", "--json"}),
                Arguments.of(
                        "Missing required option: '--url=URL'", new String[] {"connections", "--user=x", "--json"}),
                Arguments.of("Unknown option: '--json'", new String[] {"--json"}));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeInTheCommandLine_isAnObject_whereJsonIsAskedFor(String mistake, String[] arguments) throws IOException {
        assertThat(main.execute(arguments)).isEqualTo(ExitCode.USAGE.code());

        assertThat(JSON.std.mapFrom(out.toString()))
                .containsExactlyInAnyOrderEntriesOf(Map.of("error", mistake, "exitCode", ExitCode.USAGE.code()));
        assertThat(err.toString()).startsWith(mistake);
    }

    @Test
    void mistakeInTheCommandLine_isToldToPeopleOnly_whereJsonIsNotAskedFor() {
        assertThat(main.execute("plan", "--bogus")).isEqualTo(ExitCode.USAGE.code());
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("Unknown option: '--bogus'");
    }

    @Command(name = "fails")
    static final class Fails implements Runnable {
        @CommandLine.Mixin
        private final Output output = new Output();

        @Override
        public void run() {
            throw new OpsException(ExitCode.UNAVAILABLE, "no engine answers; start it");
        }
    }

    @Test
    void failure_isOneLineWithoutAStack_andItsExitCode() {
        main.addSubcommand(new Fails());
        main.setErr(new PrintWriter(err));

        assertThat(main.execute("fails")).isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(err.toString()).isEqualTo("quiesce-ops: no engine answers; start it\n");
        assertThat(out.toString()).isEmpty();
    }
}
