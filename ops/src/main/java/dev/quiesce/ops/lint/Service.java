package dev.quiesce.ops.lint;

import dev.quiesce.ops.lint.SettingTable.Form;
import dev.quiesce.ops.lint.SettingTable.Setting;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings of an instance of the service: those of a file, then the environment, then the command line. Not thread-safe. */
final class Service {
    private final Workload workload;
    private final Map<String, Value<String>> set = new HashMap<>();
    private final Findings findings;

    Service(Workload workload, List<Value<String>> file, Findings findings) {
        this.workload = workload;
        this.findings = findings;
        file.forEach(entry -> take(SettingTable.ofKey(entry.name()), entry, "key"));
        for (Value<String> variable : workload.variables()) {
            if (variable.name().startsWith(SettingTable.PREFIX)
                    && !SettingTable.OTHER_VARIABLES.contains(variable.name())) {
                take(SettingTable.ofVariable(variable.name()), variable, "variable");
            }
        }
        List<Value<String>> words = workload.words();
        for (int i = 0; i < words.size(); i++) {
            Place place = words.get(i).place();
            String[] parts = words.get(i).value().split("=", 2);
            Optional<Setting> setting = SettingTable.ofOption(parts[0]);
            if (setting.isPresent()) {
                boolean apart = parts.length == 1 && !setting.get().isFlag() && i + 1 < words.size();
                String value =
                        parts.length > 1 ? parts[1] : apart ? words.get(++i).value() : "true";
                take(setting, Value.of(parts[0], value, place), "option");
            }
        }
    }

    Workload workload() {
        return workload;
    }

    String name() {
        return workload.name();
    }

    /** Returns a time, its default if it is not set, or nothing if what is set cannot be told. */
    Optional<Value<Duration>> time(String key) {
        return find(key, Form.TIME).map(found -> {
            Duration time = Times.SETTING.parse(found.value()).orElseThrow();
            return new Value<>(found.name(), time, found.text(), found.place());
        });
    }

    /** Returns a number, likewise. */
    Optional<Value<Integer>> number(String key) {
        return find(key, Form.NUMBER)
                .map(found -> new Value<>(found.name(), Integer.valueOf(found.value()), found.text(), found.place()));
    }

    /** Returns what is set or the default, if it can be told. */
    Optional<Value<String>> text(String key) {
        return find(key, Form.OTHER);
    }

    private Optional<Value<String>> find(String key, Form form) {
        Setting setting = SettingTable.ofKey(key).orElseThrow();
        if (setting.form() != form) {
            throw new IllegalArgumentException(key + " is a " + setting.form());
        }
        if (!set.containsKey(key)) {
            return setting.standard().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Value.byDefault(key, setting.standard(), setting.standard(), workload.place()));
        }
        Value<String> value = set.get(key);
        return isReadable(setting, value.value()) ? Optional.of(value) : Optional.empty();
    }

    private void take(Optional<Setting> setting, Value<String> value, String what) {
        findings.expect(
                Rule.SETTING_KNOWN,
                setting.isPresent(),
                name() + " does not start: the service knows no such " + what,
                Value.of(value.name(), "set", value.place()),
                Value.of("its settings", "no such " + what, Place.SERVICE),
                "correct the name; the service lists them all by --help");
        if (setting.isEmpty()) {
            return;
        }
        set.put(setting.get().key(), value);
        boolean known = !value.value().contains("${") && !value.value().startsWith("$(");
        if (!known) {
            if (setting.get().isBudget()) {
                findings.notChecked(value.name() + " of " + name() + ": " + value.place()
                        + " takes it from a variable that only the deploy knows");
            }
            return;
        }
        boolean time = setting.get().form() == Form.TIME;
        findings.expect(
                Rule.SETTING_READABLE,
                isReadable(setting.get(), value.value()),
                name() + " does not start: what is set is no " + (time ? "time" : "number"),
                value,
                Value.of(setting.get().key(), time ? "a time such as 1500ms or 8s" : "a whole number", Place.SERVICE),
                "write " + (time ? "a number and its unit, ms, s, m or h" : "a number"));
    }

    private static boolean isReadable(Setting setting, String text) {
        return switch (setting.form()) {
            case TIME -> Times.SETTING.parse(text).isPresent();
            case NUMBER -> text.matches("\\d{1,9}");
            case OTHER -> true;
        };
    }
}
