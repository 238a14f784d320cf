package dev.quiesce.ops.lint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the service can be told, and what applies if it is not. A test holds it against the service. */
final class SettingTable {
    static final String PREFIX = "QUIESCE_";

    /** Variables that are no settings: where the settings are, and what the core is told. */
    static final String CONFIG_VARIABLE = PREFIX + "CONFIG";

    static final String GRACE_VARIABLE = PREFIX + "PLATFORM_GRACE";
    static final List<String> OTHER_VARIABLES = List.of(CONFIG_VARIABLE, GRACE_VARIABLE, PREFIX + "REPORT_FILE");

    /** How long the service keeps an idle HTTP connection. */
    static final Duration HTTP_IDLE = Duration.ofSeconds(75);

    /** How often the service pings a socket. */
    static final Duration PING_INTERVAL = Duration.ofSeconds(25);

    /** How long the start may take. */
    static final Duration START = Duration.ofSeconds(60);

    /** How much of the total is held back for the stop stage: one part of so many. */
    static final int STOP_PARTS = 4;

    static final List<String> DATABASES = List.of("main", "d4");

    static final String TOTAL = "shutdown.timeout";
    static final String LINGER = "shutdown.linger";
    static final String PATIENCE = "admission.patience";
    static final String RAMP = "admission.ramp";
    static final String INHERITED = "http.inherited";
    static final String HTTP_PORT = "http.port";

    static final List<Setting> ALL = all();

    enum Form {
        TIME,
        NUMBER,
        OTHER
    }

    /**
     * A setting.
     *
     * @param standard its default, or an empty text if it has none
     */
    record Setting(String key, Form form, String standard) {
        String variable() {
            return PREFIX + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
        }

        /** Returns whether a rule needs it, so that not to know it is worth a word. */
        boolean isBudget() {
            return form == Form.TIME || key.endsWith(".pool-size");
        }

        /** Returns whether its option may stand without a value. */
        boolean isFlag() {
            return standard.equals("false");
        }

        String option() {
            return "--" + key.replace('.', '-');
        }
    }

    private SettingTable() {}

    static Optional<Setting> ofKey(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    static Optional<Setting> ofVariable(String variable) {
        return ALL.stream()
                .filter(setting -> setting.variable().equals(variable))
                .findFirst();
    }

    static Optional<Setting> ofOption(String option) {
        return ALL.stream().filter(setting -> setting.option().equals(option)).findFirst();
    }

    private static List<Setting> all() {
        List<Setting> all = new ArrayList<>(List.of(
                new Setting("http.host", Form.OTHER, "0.0.0.0"),
                new Setting(HTTP_PORT, Form.NUMBER, "8080"),
                new Setting("http.socket", Form.OTHER, ""),
                new Setting("http.socket.mode", Form.OTHER, "660"),
                new Setting("http.socket.group", Form.OTHER, ""),
                new Setting(INHERITED, Form.OTHER, "false"),
                new Setting("http.tls.certificate", Form.OTHER, ""),
                new Setting("http.tls.key", Form.OTHER, ""),
                new Setting("http.forwarded", Form.OTHER, "false"),
                new Setting("admin.host", Form.OTHER, "127.0.0.1"),
                new Setting("admin.port", Form.NUMBER, "8081")));
        for (String database : DATABASES) {
            String prefix = "db." + database + ".";
            all.addAll(List.of(
                    new Setting(prefix + "url", Form.OTHER, ""),
                    new Setting(prefix + "user", Form.OTHER, "quiesce"),
                    new Setting(prefix + "password", Form.OTHER, ""),
                    new Setting(prefix + "password.file", Form.OTHER, ""),
                    new Setting(prefix + "pool-size", Form.NUMBER, "10"),
                    new Setting(prefix + "acquire-timeout", Form.TIME, "1s"),
                    new Setting(prefix + "statement-timeout", Form.TIME, "2500ms"),
                    new Setting(prefix + "orphans-after", Form.TIME, "10s")));
        }
        all.addAll(List.of(
                new Setting("db.embedded", Form.OTHER, "off"),
                new Setting("db.embedded.data", Form.OTHER, ".quiesce/mariadb"),
                new Setting("admission.concurrency", Form.NUMBER, ""),
                new Setting("admission.waiting", Form.NUMBER, "200"),
                new Setting(PATIENCE, Form.TIME, "4s"),
                new Setting(RAMP, Form.TIME, "3s"),
                new Setting("session.store", Form.OTHER, "memory"),
                new Setting("sockets.log", Form.OTHER, "database"),
                new Setting("sockets.retention", Form.TIME, "2m"),
                new Setting("sockets.retention.events", Form.NUMBER, "100000"),
                new Setting("sockets.max", Form.NUMBER, "10000"),
                new Setting("sockets.max-per-address", Form.NUMBER, "0"),
                new Setting("sockets.message-bytes", Form.NUMBER, "65536"),
                new Setting("sockets.queue-bytes", Form.NUMBER, "4194304"),
                new Setting("sockets.origins", Form.OTHER, ""),
                new Setting("sockets.closes-per-second", Form.NUMBER, ""),
                new Setting("session.timeout", Form.TIME, "30m"),
                new Setting("session.lifetime", Form.TIME, ""),
                new Setting("session.max-bytes", Form.NUMBER, "1048576"),
                new Setting("session.destroy-at-stop", Form.OTHER, "false"),
                new Setting("session.cookie.name", Form.OTHER, ""),
                new Setting("session.cookie.secure", Form.OTHER, "false"),
                new Setting(TOTAL, Form.TIME, "8s"),
                new Setting(LINGER, Form.TIME, "0s"),
                new Setting("shutdown.quiet-period", Form.TIME, "1s"),
                new Setting("drill", Form.OTHER, "false")));
        return List.copyOf(all);
    }
}
