package dev.quiesce.ops;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.burst.BurstCommand;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.connections.ConnectionsCommand;
import dev.quiesce.ops.deploy.DeployCommand;
import dev.quiesce.ops.deploy.RollbackCommand;
import dev.quiesce.ops.deploy.StatusCommand;
import dev.quiesce.ops.lint.LintCommand;
import dev.quiesce.ops.plan.PlanCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code quiesce-ops}. */
@Command(
        name = "quiesce-ops",
        description = "Plans, deploys, watches and checks services so that a restart loses nothing.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            BurstCommand.class,
            ConnectionsCommand.class,
            DeployCommand.class,
            LintCommand.class,
            PlanCommand.class,
            RollbackCommand.class,
            StatusCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:the answer is no: something was found, refused, or rolled back",
            "2:the command line makes no sense",
            "3:something that is needed cannot be reached, read or run",
            "4 to 6:of deploy and rollback alone; see deploy --help"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops COMMAND --help         what a command does, with examples",
            "  source <(quiesce-ops generate-completion)   complete commands and options in this shell"
        })
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        CommandLine.IParameterExceptionHandler usual = commandLine.getParameterExceptionHandler();
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::tell)
                .setParameterExceptionHandler((mistake, args) -> {
                    int code = usual.handleParseException(mistake, args);
                    answer(mistake.getCommandLine(), List.of(args), mistake.getMessage(), code);
                    return code;
                });
    }

    private static int tell(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (!(failure instanceof OpsException known)) {
            throw failure;
        }
        int code = known.exitCode().code();
        PrintWriter err = command.getErr();
        err.println("quiesce-ops: " + known.getMessage());
        err.flush();
        answer(command, parsed.expandedArgs(), known.getMessage(), code);
        return code;
    }

    /** Whoever has asked for JSON gets an object in any case; what cannot be parsed is searched for the wish. */
    private static void answer(CommandLine command, List<String> args, @Nullable String error, int code) {
        if (args.contains("--json")) {
            PrintWriter out = command.getOut();
            out.println(json(Map.of("error", String.valueOf(error), "exitCode", code)));
            out.flush();
        }
    }

    private static String json(Map<String, ?> object) {
        try {
            return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The version from the manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"quiesce-ops " + (version == null ? "(not packaged)" : version)};
        }
    }
}
