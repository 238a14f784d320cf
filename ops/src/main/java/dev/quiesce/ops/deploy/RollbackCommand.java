package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.Output;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code rollback}. */
@Command(
        name = "rollback",
        description = {
            "Leads requests back to the version before, whose container or release has been kept, in the same order as a deploy does.",
            "",
            "With --image or --release only if the last deploy was of that. Otherwise nothing is done: a deploy that was refused"
                    + " before it began leaves nothing to undo."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the version before serves, and nothing was lost; or there was no deploy of what is named to undo",
            "1:there is no version before, or it does not get ready; what served before serves; the last line says why",
            "2:the command line or the file makes no sense; nothing was done",
            "3:docker, nginx, systemctl or a file cannot be used, and what served before serves",
            "4:the version before serves, and something was lost",
            "5:requests are led to the version before, and the rollback is not at its end: run it again",
            "6:neither version serves, or nobody knows which: somebody has to look"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops rollback --config /etc/quiesce/app.properties",
            "  quiesce-ops rollback --config /etc/quiesce/app.properties --image app:3f2c1e9",
            "  quiesce-ops rollback --config unit.properties --release /opt/app/releases/3f2c1e9"
        })
public final class RollbackCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @ArgGroup(multiplicity = "0..1")
    private @Nullable Version only;

    /** What is to be undone: one of the two. Not thread-safe. */
    private static final class Version {
        @Option(names = "--image", paramLabel = "IMAGE", description = "only if the last deploy was of this image")
        private @Nullable String image;

        @Option(
                names = "--release",
                paramLabel = "PATH",
                description = "with systemd.unit: only if the last deploy was of this folder or file")
        private @Nullable String release;
    }

    /** Makes one with nothing set, for the command line to set. */
    public RollbackCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Version named = only;
        String version = named == null ? null : config.version(named.image, named.release);
        return DeployCommand.answer(output, config, deployer -> deployer.rollBack(version));
    }
}
