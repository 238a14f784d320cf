package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.OpsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the file of a deploy says, for those who check it and deploy nothing. Immutable.
 *
 * @param service the name of the service
 * @param mistakes what a deploy refuses; if there are any, what else is here need not mean much
 * @param unit the unit of systemd that is restarted, or null
 * @param instances the containers that run during a deploy; none with a unit
 * @param stopTimeout how long an old version may take to stop
 * @param reload how requests are led by a reload of nginx; null if they are not
 */
public record DeployFile(
        String service,
        List<Mistake> mistakes,
        @Nullable String unit,
        List<Instance> instances,
        Duration stopTimeout,
        @Nullable Reload reload) {

    /**
     * Something that a deploy refuses.
     *
     * @param key the setting
     * @param what the complaint, which begins with the setting
     */
    public record Mistake(String key, String what) {}

    /**
     * A container, with all places filled but that of the image.
     *
     * @param options what {@code docker run} gets before the image
     * @param command what it gets behind
     */
    public record Instance(String name, List<String> options, List<String> command) {}

    /**
     * How long nginx's old workers are waited for.
     *
     * @param timeout after which a deploy ends unfinished
     * @param longestRequest after which they are taken to hold sockets only, if that is set
     */
    public record Reload(Duration timeout, Optional<Duration> longestRequest) {}

    /**
     * Reads a file.
     *
     * @throws OpsException if it cannot be read
     */
    public static DeployFile read(Path file) {
        SettingsFile settings = SettingsFile.read(file);
        return settings.has(UnitConfigFile.UNIT) ? ofUnit(settings) : ofContainers(settings);
    }

    private static DeployFile ofUnit(SettingsFile settings) {
        UnitConfig config = UnitConfigFile.draft(settings);
        return new DeployFile(
                config.service(), settings.mistakes(), config.unit(), List.of(), config.stopTimeout(), null);
    }

    private static DeployFile ofContainers(SettingsFile settings) {
        DeployConfig config = DeployConfigFile.draft(settings);
        List<Instance> instances = Stream.of(Colour.values())
                .map(colour -> new Instance(
                        config.container(colour),
                        config.runOptions(colour, "{image}"),
                        config.runCommand(colour, "{image}")))
                .toList();
        Reload reload = config.switching() instanceof Switch.Reload
                ? new Reload(config.switchTimeout(), Optional.ofNullable(config.longestRequest()))
                : null;
        return new DeployFile(config.service(), settings.mistakes(), null, instances, config.stopTimeout(), reload);
    }
}
