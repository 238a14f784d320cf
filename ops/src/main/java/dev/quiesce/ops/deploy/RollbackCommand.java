package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.Output;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code rollback}. */
@Command(
        name = "rollback",
        description =
                "Leads requests back to the version before, whose container or release has been kept, in the same order as a deploy does.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the version before serves, and nothing was lost",
            "1:there is no version before, or it does not get ready; what served before serves; the last line says why",
            "2:the command line or the file makes no sense; nothing was done",
            "3:docker, nginx, systemctl or a file cannot be used, and what served before serves",
            "4:the version before serves, and something was lost",
            "5:requests are led to the version before, and the rollback is not at its end: run it again",
            "6:neither version serves, or nobody knows which: somebody has to look"
        },
        footerHeading = "%nExamples:%n",
        footer = "  quiesce-ops rollback --config /etc/quiesce/app.properties")
public final class RollbackCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final ConfigOption config = new ConfigOption();

    /** Makes one with nothing set, for the command line to set. */
    public RollbackCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        return DeployCommand.answer(output, config, Deployer::rollBack);
    }
}
