package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which service a command is about. Not thread-safe. */
final class ConfigOption {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "how the service is deployed; docs/deploy.md explains it")
    private @Nullable Path file;

    /**
     * Returns the version that is named by one of two options.
     *
     * @throws OpsException if it is the wrong one for what the file is about
     */
    String version(@Nullable String image, @Nullable String release) {
        boolean ofUnit = settings().has(UnitConfigFile.UNIT);
        String named = ofUnit ? release : image;
        if (named == null) {
            throw new OpsException(
                    ExitCode.USAGE,
                    ofUnit
                            ? "the file has systemd.unit, so name what is deployed by --release"
                            : "the file has no systemd.unit, so name what is deployed by --image");
        }
        return named;
    }

    /** Returns what deploys the service, as the file says. */
    Deployer deployer(Consumer<String> progress) {
        SettingsFile settings = settings();
        return settings.has(UnitConfigFile.UNIT)
                ? new UnitDeployment(UnitConfigFile.of(settings), progress)
                : new Deployment(DeployConfigFile.of(settings), progress);
    }

    private SettingsFile settings() {
        Path named = file;
        if (named == null) {
            throw new IllegalStateException("the command line has set nothing");
        }
        return SettingsFile.read(named);
    }
}
