package dev.quiesce.ops.deploy;

import java.nio.file.Path;
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

    /** Reads the file. */
    DeployConfig read() {
        Path named = file;
        if (named == null) {
            throw new IllegalStateException("the command line has set nothing");
        }
        return DeployConfigFile.read(named);
    }
}
