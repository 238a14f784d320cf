package dev.quiesce.ops.deploy;

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

    /** Returns whether the file is about a unit of systemd. */
    boolean isOfUnit() {
        return settings().has(UnitConfigFile.UNIT);
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
