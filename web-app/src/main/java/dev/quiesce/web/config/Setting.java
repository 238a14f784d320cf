package dev.quiesce.web.config;

import java.util.Locale;
import java.util.Optional;

/**
 * One setting of the service. Every source spells its key in its own way.
 *
 * <p>Equal only to itself, which the maps that are keyed by it profit from: those of a record would be linked at run time,
 * a third of what reading the configuration takes.
 */
final class Setting<T> {
    private final String key;
    private final ValueType<T> type;
    private final Optional<String> defaultValue;
    private final String description;

    private Setting(String key, ValueType<T> type, Optional<String> defaultValue, String description) {
        this.key = key;
        this.type = type;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    static <T> Setting<T> of(String key, ValueType<T> type, String defaultValue, String description) {
        return new Setting<>(key, type, Optional.of(defaultValue), description);
    }

    static <T> Setting<T> optional(String key, ValueType<T> type, String description) {
        return new Setting<>(key, type, Optional.empty(), description);
    }

    /** Returns the key as in the properties file, {@code http.port}. */
    String key() {
        return key;
    }

    ValueType<T> type() {
        return type;
    }

    /** Returns what applies when no source names this setting; if there is nothing it may stay unset. */
    Optional<String> defaultValue() {
        return defaultValue;
    }

    /** Returns what it does, in a sentence or two. */
    String description() {
        return description;
    }

    /** Returns the name of its environment variable, {@code QUIESCE_HTTP_PORT}. */
    String variable() {
        return Settings.VARIABLE_PREFIX
                + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Returns its long option, {@code --http-port}. */
    String option() {
        return "--" + key.replace('.', '-');
    }

    /** Returns whether its option may stand without a value. */
    boolean isFlag() {
        return type instanceof ValueType.Choice<?> choice && choice.values().contains(true);
    }

    boolean isSecret() {
        return type instanceof ValueType.Hidden;
    }
}
