package dev.quiesce.web.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads the environment. */
final class EnvironmentSource {
    private EnvironmentSource() {}

    static Map<Setting<?>, Assignment> read(Map<String, String> environment, Mistakes mistakes) {
        Map<String, Setting<?>> settings = new HashMap<>();
        for (Setting<?> setting : Settings.ALL) {
            settings.put(setting.variable(), setting);
        }
        Set<String> others = new TreeSet<>(Settings.LIBRARY_VARIABLES);
        others.add(Settings.CONFIG_VARIABLE);
        Map<Setting<?>, Assignment> found = new LinkedHashMap<>();
        for (String variable : new TreeSet<>(environment.keySet())) {
            if (!variable.startsWith(Settings.VARIABLE_PREFIX) || others.contains(variable)) {
                continue;
            }
            String value = environment.get(variable);
            Setting<?> setting = settings.get(variable);
            if (setting != null) {
                found.put(setting, new Assignment(value, "variable " + variable));
            } else if (!ServiceLink.isOne(variable, value)) {
                mistakes.addUnknown(
                        "unknown variable", variable, Stream.concat(settings.keySet().stream(), others.stream()));
            }
        }
        return found;
    }
}
