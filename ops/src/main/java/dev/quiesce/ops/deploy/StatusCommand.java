package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code status}. */
@Command(
        name = "status",
        description = "Shows what serves, what the versions are, and what the last deploy has come to.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:what requests are led to runs, and no deploy is unfinished",
            "1:it does not, or one is",
            "2:the command line or the file makes no sense",
            "3:docker, systemctl or a file cannot be used"
        },
        footerHeading = "%nExamples:%n",
        footer = "  quiesce-ops status --config /etc/quiesce/app.properties")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final ConfigOption config = new ConfigOption();

    /** Makes one with nothing set, for the command line to set. */
    public StatusCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        try {
            Status status = config.deployer(output::progress).status();
            output.answer(status.map(), status::text);
            return (status.fine() ? ExitCode.OK : ExitCode.REFUSED).code();
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "a file cannot be read: " + e, e);
        }
    }
}
