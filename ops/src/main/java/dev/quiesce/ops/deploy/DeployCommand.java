package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code deploy}. */
@Command(
        name = "deploy",
        description = {
            "Brings a new version up beside the old one, leads requests to it, and stops the old one;"
                    + " or, for a unit of systemd, replaces it while its socket keeps the port.",
            "",
            "The new version has to be ready and warm before requests are led to it. The old one is stopped when nobody is led"
                    + " there any more. A failure before leaves the old one as it was. Killed at whatever step, the same"
                    + " command goes on. If the image or release serves already, nothing is done, unless --again is given."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the new version serves, and nothing was lost; or it served already, and nothing was done",
            "1:it was refused or failed, and the old version serves as before; the last line says why",
            "2:the command line or the file makes no sense; nothing was done",
            "3:docker, nginx, systemctl or a file cannot be used, and the old version serves as before",
            "4:the new version serves, and something was lost",
            "5:requests are led to the new version, and the deploy is not at its end: run it again",
            "6:neither version serves, or nobody knows which: somebody has to look"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops deploy --config /etc/quiesce/app.properties --image app:3f2c1e9",
            "  quiesce-ops deploy --config app.properties --image app:3f2c1e9 --json",
            "  quiesce-ops deploy --config app.properties --image app:3f2c1e9 --again",
            "  quiesce-ops deploy --config unit.properties --release /opt/app/releases/3f2c1e9"
        })
public final class DeployCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @ArgGroup(multiplicity = "1")
    private @Nullable Version version;

    @Option(
            names = "--again",
            description =
                    "deploys although the image or release serves already, for example after a change of run.options")
    private boolean again;

    /** What is deployed: one of the two. Not thread-safe. */
    private static final class Version {
        @Option(
                names = "--image",
                paramLabel = "IMAGE",
                description = "the image of the new version, which is on this host")
        private @Nullable String image;

        @Option(
                names = "--release",
                paramLabel = "PATH",
                description =
                        "with systemd.unit: the folder or file of the new version, to which release.link will lead")
        private @Nullable String release;
    }

    /** Makes one with nothing set, for the command line to set. */
    public DeployCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Version named = version;
        if (named == null) {
            throw new IllegalStateException("the command line has set nothing");
        }
        String name = config.version(named.image, named.release);
        return answer(output, config, deployer -> deployer.deploy(name, again));
    }

    interface Work {
        Deployed on(Deployer deployer) throws IOException, InterruptedException;
    }

    static int answer(Output output, ConfigOption config, Work work) throws InterruptedException {
        try {
            Deployed deployed = work.on(config.deployer(output::progress));
            output.answer(deployed.toMap(), deployed::toString);
            return (deployed.isClean() ? ExitCode.OK : ExitCode.LOSSY).code();
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "a file cannot be read or written: " + e, e);
        }
    }
}
