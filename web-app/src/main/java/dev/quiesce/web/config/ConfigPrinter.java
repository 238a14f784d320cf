package dev.quiesce.web.config;

import java.util.Map;

/** Prints what applies and where it comes from, as a properties file. */
final class ConfigPrinter {
    private ConfigPrinter() {}

    static String print(Map<Setting<?>, Assignment> assignments) {
        StringBuilder text = new StringBuilder("# What applies, and the source of each value.\n");
        for (Setting<?> setting : Settings.ALL) {
            Assignment assignment = assignments.get(setting);
            if (assignment == null) {
                text.append("\n# unset\n#").append(setting.key()).append("=\n");
                continue;
            }
            text.append("\n# ").append(Mistakes.printable(assignment.origin())).append('\n');
            text.append(setting.isSecret() ? "#" : "").append(setting.key()).append('=');
            text.append(setting.isSecret() ? Secret.MASK : escape(assignment.text()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replace("\f", "\\f")
                .replaceFirst("^ ", "\\\\ ");
    }
}
