package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code deploy}. */
@Command(
        name = "deploy",
        description = {
            "Brings a new version up beside the old one, leads requests to it, and stops the old one.",
            "",
            "The new version has to be ready and warm before nginx's file is replaced. The old one is stopped when the workers of nginx"
                    + " that know it are gone. A failure before leaves the old one as it was. Killed at whatever step, the same"
                    + " command goes on."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the new version serves, and nothing was lost",
            "1:the old version serves, or something was lost, or the deploy is not at its end; the last line says which",
            "2:the command line or the file makes no sense; nothing was done",
            "3:docker, nginx or a file cannot be used"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops deploy --config /etc/quiesce/app.properties --image app:3f2c1e9",
            "  quiesce-ops deploy --config app.properties --image app:3f2c1e9 --json"
        })
public final class DeployCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(
            names = "--image",
            required = true,
            paramLabel = "IMAGE",
            description = "the image of the new version, which is on this host")
    private @Nullable String image;

    /** Makes one with nothing set, for the command line to set. */
    public DeployCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        String name = image;
        if (name == null) {
            throw new IllegalStateException("the command line has set nothing");
        }
        return answer(output, config.read(), deployment -> deployment.deploy(name));
    }

    interface Work {
        Deployed on(Deployment deployment) throws IOException, InterruptedException;
    }

    static int answer(Output output, DeployConfig config, Work work) throws InterruptedException {
        Deployment deployment = new Deployment(config, output::progress);
        try {
            Deployed deployed = work.on(deployment);
            output.answer(deployed.toMap(), deployed::toString);
            return (deployed.isClean() ? ExitCode.OK : ExitCode.REFUSED).code();
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "a file cannot be read or written: " + e, e);
        }
    }
}
