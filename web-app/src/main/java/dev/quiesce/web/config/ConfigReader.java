package dev.quiesce.web.config;

import dev.quiesce.web.config.ConfigResult.Answer;
import dev.quiesce.web.config.ConfigResult.Ready;
import dev.quiesce.web.config.ConfigResult.Refused;
import dev.quiesce.web.config.Settings.DatabaseSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads every source, lays a later one over an earlier one, and checks what comes of it. */
final class ConfigReader {
    private final Mistakes mistakes = new Mistakes();
    private final Map<Setting<?>, Assignment> merged = new LinkedHashMap<>();

    private ConfigReader() {}

    static ConfigResult read(List<String> arguments, Map<String, String> environment) {
        return new ConfigReader().readAll(arguments, environment);
    }

    private ConfigResult readAll(List<String> arguments, Map<String, String> environment) {
        CommandLineSource commandLine = CommandLineSource.read(arguments, mistakes);
        switch (commandLine.request()) {
            case HELP -> {
                return new Answer(Help.usage());
            }
            case VERSION -> {
                return new Answer(Help.version());
            }
            default -> {}
        }
        for (Setting<?> setting : Settings.ALL) {
            if (setting.defaultValue().isPresent()) {
                merged.put(setting, new Assignment(setting.defaultValue().get(), "default"));
            }
        }
        boolean fileRead = readFile(commandLine
                .config()
                .or(() -> Optional.ofNullable(environment.get(Settings.CONFIG_VARIABLE))
                        .map(text -> new Assignment(text, "variable " + Settings.CONFIG_VARIABLE))));
        lay(EnvironmentSource.read(environment, mistakes));
        lay(commandLine.assignments());

        Values values = Values.of(merged, mistakes);
        CrossChecks.check(values, fileRead, mistakes);
        if (!mistakes.isEmpty()) {
            return new Refused(mistakes.text());
        }
        return commandLine.request() == CommandLineSource.Request.PRINT_CONFIG
                ? new Answer(ConfigPrinter.print(merged))
                : new Ready(values.toConfig());
    }

    /** Returns whether what the file says is known. */
    private boolean readFile(Optional<Assignment> name) {
        if (name.isEmpty()) {
            return true;
        }
        Optional<Path> file = new ValueType.FilePath().parse(name.get().text());
        if (file.isEmpty()) {
            mistakes.add("the properties file (" + name.get().origin() + "): expected a path");
            return false;
        }
        Optional<Map<Setting<?>, Assignment>> content =
                FileSource.read(file.get(), name.get().origin(), mistakes);
        content.ifPresent(this::lay);
        return content.isPresent();
    }

    private void lay(Map<Setting<?>, Assignment> layer) {
        for (DatabaseSettings database : Settings.DATABASES) {
            Assignment password = layer.get(database.password());
            Assignment file = layer.get(database.passwordFile());
            if (password != null && file != null) {
                mistakes.add(database.password().key() + " (" + password.origin() + ") and "
                        + database.passwordFile().key() + " (" + file.origin() + ") exclude each other");
            }
            if (password != null || file != null) {
                merged.remove(database.password());
                merged.remove(database.passwordFile());
            }
        }
        layer.forEach((setting, assignment) -> {
            if (assignment.text().isEmpty() && setting.defaultValue().isEmpty()) {
                merged.remove(setting);
            } else {
                merged.put(setting, assignment);
            }
        });
    }
}
