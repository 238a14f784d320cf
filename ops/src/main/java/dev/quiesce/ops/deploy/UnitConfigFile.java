package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.OpsException;
import java.nio.file.Path;
import java.util.Set;

/** Reads a {@link UnitConfig} and checks it whole: every mistake is in one message. Not safe for use by several threads. */
final class UnitConfigFile {
    /** The setting by which a file is one of these. */
    static final String UNIT = "systemd.unit";

    private static final Set<String> KEYS = Set.of(
            "service",
            UNIT,
            "systemd.socket",
            "systemctl.command",
            "journalctl.command",
            "release.link",
            "ready.url",
            "ready.timeout",
            "stop.timeout",
            "state.folder",
            "probe.url",
            "probe.per-second");

    private UnitConfigFile() {}

    /**
     * Reads settings.
     *
     * @throws OpsException if they have mistakes, all of which the message names
     */
    static UnitConfig of(SettingsFile settings) {
        UnitConfig config = draft(settings);
        settings.refuseMistakes();
        return config;
    }

    /** Reads settings whose mistakes, if any, are left in them. */
    static UnitConfig draft(SettingsFile settings) {
        settings.keys().stream()
                .filter(key -> !KEYS.contains(key))
                .forEach(key -> settings.refuseUnknown(key, KEYS, " where there is " + UNIT));
        String service = DeployConfigFile.service(settings);
        String unit = unit(settings, UNIT, ".service", settings.required(UNIT));
        return new UnitConfig(
                service,
                unit,
                unit(
                        settings,
                        "systemd.socket",
                        ".socket",
                        settings.text("systemd.socket", unit.replaceFirst("\\.service$", "") + ".socket")),
                settings.words("systemctl.command", "systemctl"),
                settings.words("journalctl.command", "journalctl"),
                Path.of(settings.required("release.link")).toAbsolutePath(),
                settings.url("ready.url", settings.required("ready.url")),
                settings.duration("ready.timeout", "60s"),
                settings.duration("stop.timeout", "30s"),
                DeployConfigFile.stateFolder(settings, service),
                settings.url("probe.url"),
                settings.number("probe.per-second", 20, 1, 1000));
    }

    private static String unit(SettingsFile settings, String key, String suffix, String name) {
        if (!name.isEmpty() && (!name.endsWith(suffix) || name.startsWith("-"))) {
            settings.mistake(key + " = \"" + name + "\": expected the whole name of a unit, such as app" + suffix);
        }
        return name;
    }
}
