package dev.quiesce.web.config;

import static dev.quiesce.web.config.Configs.EMBEDDED;
import static dev.quiesce.web.config.Configs.answer;
import static dev.quiesce.web.config.Configs.mistakes;
import static dev.quiesce.web.config.Configs.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.realtime.socketio.Retention;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.session.SessionConfig;
import dev.quiesce.web.config.ServiceConfig.Database;
import dev.quiesce.web.config.ServiceConfig.Embedded;
import dev.quiesce.web.config.ServiceConfig.Sessions;
import dev.quiesce.web.config.ServiceConfig.Sessions.Store;
import dev.quiesce.web.config.ServiceConfig.Sockets;
import dev.quiesce.web.config.ServiceConfig.Sockets.Log;
import dev.quiesce.web.http.AdmissionConfig;
import dev.quiesce.web.http.Listen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSourcesTest {
    private static final String MAIN_URL = "jdbc:mariadb://one:3306/main?sslMode=disable";
    private static final String D4_URL = "jdbc:mariadb://two/d4";
    private static final Database UNTOLD = new Database(
            Optional.empty(),
            "quiesce",
            new Secret(""),
            10,
            Duration.ofSeconds(1),
            Duration.ofMillis(2500),
            Duration.ofSeconds(10));

    @TempDir
    Path folder;

    @Test
    void defaults_areThoseOfTheTable() {
        assertThat(ready(EMBEDDED))
                .isEqualTo(new ServiceConfig(
                        new Listen.Tcp("0.0.0.0", 8080),
                        Optional.empty(),
                        new Listen.Tcp("127.0.0.1", 8081),
                        UNTOLD,
                        UNTOLD,
                        Optional.of(new Embedded(Embedded.Source.BUNDLED, Path.of(".quiesce/mariadb"))),
                        Budgets.defaults(),
                        new AdmissionConfig(20, 200, Duration.ofSeconds(4), Duration.ofSeconds(3)),
                        Duration.ofSeconds(1),
                        false,
                        new Sockets(
                                Log.DATABASE,
                                Retention.defaults(),
                                SocketIoConfig.defaults()
                                        .withConnections(SocketIoConfig.defaults()
                                                .connections()
                                                .withMaxSockets(10_000, 0)
                                                .withMaxPayload(65_536))),
                        new Sessions(Store.MEMORY, SessionConfig.defaults()),
                        false));
    }

    @Test
    void socketAndInheritedListener_takeThePlaceOfThePort() {
        assertThat(ready(EMBEDDED, "--http-socket=/run/a.sock", "--http-socket-mode=604", "--http-socket-group=www")
                        .http())
                .isEqualTo(new Listen.Unix(
                        Path.of("/run/a.sock"), PosixFilePermissions.fromString("rw----r--"), Optional.of("www")));
        assertThat(ready(EMBEDDED, "--http-inherited").http()).isEqualTo(new Listen.Inherited());
    }

    @Test
    void everySetting_arrivesInItsPlace() {
        Map<String, String> environment = Map.ofEntries(
                Map.entry("QUIESCE_HTTP_HOST", "::1"),
                Map.entry("QUIESCE_HTTP_PORT", "1"),
                Map.entry("QUIESCE_ADMIN_HOST", "localhost"),
                Map.entry("QUIESCE_ADMIN_PORT", "2"),
                Map.entry("QUIESCE_DB_MAIN_URL", MAIN_URL),
                Map.entry("QUIESCE_DB_MAIN_USER", "anna"),
                Map.entry("QUIESCE_DB_MAIN_PASSWORD", "one"),
                Map.entry("QUIESCE_DB_MAIN_POOL_SIZE", "3"),
                Map.entry("QUIESCE_DB_MAIN_ACQUIRE_TIMEOUT", "250ms"),
                Map.entry("QUIESCE_DB_MAIN_STATEMENT_TIMEOUT", "1ms"),
                Map.entry("QUIESCE_DB_MAIN_ORPHANS_AFTER", "0s"),
                Map.entry("QUIESCE_DB_D4_URL", D4_URL),
                Map.entry("QUIESCE_DB_D4_USER", "bert"),
                Map.entry("QUIESCE_DB_D4_PASSWORD", "two"),
                Map.entry("QUIESCE_DB_D4_POOL_SIZE", "4"),
                Map.entry("QUIESCE_DB_D4_ACQUIRE_TIMEOUT", "5m"),
                Map.entry("QUIESCE_DB_D4_STATEMENT_TIMEOUT", "59s"),
                Map.entry("QUIESCE_DB_D4_ORPHANS_AFTER", "4s"),
                Map.entry("QUIESCE_ADMISSION_CONCURRENCY", "7"),
                Map.entry("QUIESCE_ADMISSION_WAITING", "0"),
                Map.entry("QUIESCE_ADMISSION_PATIENCE", "6m"),
                Map.entry("QUIESCE_ADMISSION_RAMP", "0s"),
                Map.entry("QUIESCE_HTTP_FORWARDED", "true"),
                Map.entry("QUIESCE_SOCKETS_LOG", "memory"),
                Map.entry("QUIESCE_SOCKETS_RETENTION", "30s"),
                Map.entry("QUIESCE_SOCKETS_RETENTION_EVENTS", "500"),
                Map.entry("QUIESCE_SOCKETS_MAX", "300"),
                Map.entry("QUIESCE_SOCKETS_MAX_PER_ADDRESS", "20"),
                Map.entry("QUIESCE_SOCKETS_MESSAGE_BYTES", "2048"),
                Map.entry("QUIESCE_SOCKETS_QUEUE_BYTES", "70000"),
                Map.entry("QUIESCE_SOCKETS_ORIGINS", "https://a.example, http://b:8080"),
                Map.entry("QUIESCE_SOCKETS_CLOSES_PER_SECOND", "150"),
                Map.entry("QUIESCE_SESSION_STORE", "database"),
                Map.entry("QUIESCE_SESSION_TIMEOUT", "2h"),
                Map.entry("QUIESCE_SESSION_LIFETIME", "3h"),
                Map.entry("QUIESCE_SESSION_MAX_BYTES", "2048"),
                Map.entry("QUIESCE_SESSION_DESTROY_AT_STOP", "true"),
                Map.entry("QUIESCE_SESSION_COOKIE_NAME", "__Secure-sid"),
                Map.entry("QUIESCE_SESSION_COOKIE_SECURE", "true"),
                Map.entry("QUIESCE_SHUTDOWN_TIMEOUT", "20s"),
                Map.entry("QUIESCE_SHUTDOWN_LINGER", "5s"),
                Map.entry("QUIESCE_SHUTDOWN_QUIET_PERIOD", "400ms"),
                Map.entry("QUIESCE_DRILL", "true"));

        assertThat(ready(environment))
                .isEqualTo(new ServiceConfig(
                        new Listen.Tcp("::1", 1),
                        Optional.empty(),
                        new Listen.Tcp("localhost", 2),
                        new Database(
                                Optional.of(MAIN_URL),
                                "anna",
                                new Secret("one"),
                                3,
                                Duration.ofMillis(250),
                                Duration.ofMillis(1),
                                Duration.ZERO),
                        new Database(
                                Optional.of(D4_URL),
                                "bert",
                                new Secret("two"),
                                4,
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(59),
                                Duration.ofSeconds(4)),
                        Optional.empty(),
                        Budgets.ofTotal(Duration.ofSeconds(20)).withLinger(Duration.ofSeconds(5)),
                        new AdmissionConfig(7, 0, Duration.ofMinutes(6), Duration.ZERO),
                        Duration.ofMillis(400),
                        true,
                        new Sockets(
                                Log.MEMORY,
                                new Retention(Duration.ofSeconds(30), 500),
                                SocketIoConfig.defaults()
                                        .withConnections(SocketIoConfig.defaults()
                                                .connections()
                                                .withMaxSockets(300, 20)
                                                .withMaxPayload(2048)
                                                .withOutboundQueueBytes(70_000)
                                                .withAllowedOrigins(Set.of("https://a.example", "http://b:8080"))
                                                .withClosesPerSecond(150))),
                        new Sessions(
                                Store.DATABASE,
                                SessionConfig.defaults()
                                        .withLifetimes(Duration.ofHours(2), Duration.ofHours(3))
                                        .withMaxBytes(2048)
                                        .withDestroyAtStop(true)
                                        .withCookie("__Secure-sid", true)),
                        true));
    }

    /** All settings but the URLs and passwords, with a value for each source: file, environment, command line. */
    static Stream<Arguments> settings() {
        return Stream.of(
                arguments("http.host", List.of("h1", "10.0.0.1", "::1")),
                arguments("http.port", List.of("0", "1", "65535")),
                arguments("http.socket", List.of("a.sock", "b.sock", "c.sock")),
                arguments("http.socket.mode", List.of("600", "660", "777")),
                arguments("http.socket.group", List.of("g1", "g2", "g3")),
                arguments("http.inherited", List.of("true", "false", "true")),
                arguments("http.forwarded", List.of("true", "false", "true")),
                arguments("admin.host", List.of("h1", "h2", "h3")),
                arguments("admin.port", List.of("0", "1", "65535")),
                arguments("db.main.user", List.of("u1", "u2", "u3")),
                arguments("db.main.pool-size", List.of("1", "2", "1000")),
                arguments("db.main.acquire-timeout", List.of("250ms", "1s", "1499ms")),
                arguments("db.main.statement-timeout", List.of("1ms", "1s", "2999ms")),
                arguments("db.main.orphans-after", List.of("0s", "4s", "1h")),
                arguments("db.d4.user", List.of("u1", "u2", "u3")),
                arguments("db.d4.pool-size", List.of("1", "2", "1000")),
                arguments("db.d4.acquire-timeout", List.of("250ms", "1s", "1499ms")),
                arguments("db.d4.statement-timeout", List.of("1ms", "1s", "2999ms")),
                arguments("db.d4.orphans-after", List.of("0s", "4s", "1h")),
                arguments("db.embedded", List.of("local", "bundled", "local")),
                arguments("db.embedded.data", List.of("a", "b c", "/d")),
                arguments("admission.concurrency", List.of("1", "2", "50")),
                arguments("admission.waiting", List.of("0", "1", "100000")),
                arguments("admission.patience", List.of("4s", "5s", "10m")),
                arguments("admission.ramp", List.of("0s", "1s", "10m")),
                arguments("sockets.log", List.of("memory", "database", "memory")),
                arguments("sockets.retention", List.of("1s", "2m", "24h")),
                arguments("sockets.retention.events", List.of("1", "2", "10000000")),
                arguments("sockets.max", List.of("1", "2", "1000000")),
                arguments("sockets.max-per-address", List.of("0", "1", "1000000")),
                arguments("sockets.message-bytes", List.of("1024", "2048", "100000000")),
                arguments("sockets.queue-bytes", List.of("65536", "70000", "1000000000")),
                arguments("sockets.origins", List.of("*", "https://a.example", "http://a, https://b:1")),
                arguments("sockets.closes-per-second", List.of("0", "10000", "1000000")),
                arguments("session.store", List.of("memory", "database", "memory")),
                arguments("session.timeout", List.of("1s", "2m", "720h")),
                arguments("session.lifetime", List.of("30m", "24h", "8760h")),
                arguments("session.max-bytes", List.of("1024", "2048", "16000000")),
                arguments("session.destroy-at-stop", List.of("true", "false", "true")),
                arguments("session.cookie.name", List.of("a", "b", "sid")),
                arguments("session.cookie.secure", List.of("true", "false", "true")),
                arguments("shutdown.timeout", List.of("100ms", "9s", "1h")),
                arguments("shutdown.linger", List.of("1ms", "2s", "5999ms")),
                arguments("shutdown.quiet-period", List.of("10ms", "2s", "1h")),
                arguments("drill", List.of("true", "false", "true")));
    }

    @Test
    void tableOfThisTest_leavesOutNoSetting() {
        assertThat(Settings.ALL.stream().map(Setting::key))
                .filteredOn(key -> !key.matches("db\\.(main|d4)\\.(url|password|password\\.file)|http\\.tls\\..*"))
                .containsExactlyElementsOf(
                        settings().map(row -> (String) row.get()[0]).toList());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void laterSource_outranksEarlierOne(String key, List<String> values) throws IOException {
        Setting<?> setting = setting(key);
        String file = "--config=" + write(key + " = " + values.get(0));
        Map<String, String> environment = new HashMap<>(key.equals("db.embedded") ? Map.of() : EMBEDDED);
        assertThat(applied(setting, environment, file)).isEqualTo(values.get(0) + " from " + folder.resolve("it:1"));

        environment.put(setting.variable(), values.get(1));
        assertThat(applied(setting, environment, file))
                .isEqualTo(values.get(1) + " from variable " + setting.variable());

        assertThat(applied(setting, environment, file, setting.option() + "=" + values.get(2)))
                .isEqualTo(values.get(2) + " from option " + setting.option());
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "d4"})
    void laterSource_outranksEarlierOne_forUrlsToo(String database) throws IOException {
        String key = "db." + database + ".url";
        Setting<?> setting = setting(key);
        String other = database.equals("main") ? "QUIESCE_DB_D4_URL" : "QUIESCE_DB_MAIN_URL";
        Map<String, String> environment = new HashMap<>(Map.of(other, "jdbc:mariadb://other/db"));
        String file = "--config=" + write("\n! comment\n" + key + ": " + MAIN_URL);
        assertThat(applied(setting, environment, file)).isEqualTo(MAIN_URL + " from " + folder.resolve("it:3"));

        environment.put(setting.variable(), D4_URL);
        assertThat(applied(setting, environment, file)).isEqualTo(D4_URL + " from variable " + setting.variable());

        assertThat(applied(setting, environment, file, setting.option(), MAIN_URL))
                .isEqualTo(MAIN_URL + " from option " + setting.option());
    }

    @Test
    void emptyValue_unsetsWhatAnEarlierSourceSays() throws IOException {
        Path file = write("db.main.url=" + MAIN_URL + "\ndb.d4.url=" + D4_URL);

        ServiceConfig config =
                ready(Map.of("QUIESCE_DB_MAIN_URL", ""), "--config=" + file, "--db-d4-url=", "--db-embedded=bundled");

        assertThat(config.main().url()).isEmpty();
        assertThat(config.d4().url()).isEmpty();
    }

    @Test
    void emptyValue_ofASettingThatCannotBeUnset_isAMistake() {
        assertThat(mistakes(EMBEDDED, "--http-port="))
                .containsExactly("http.port = \"\" (option --http-port): expected a port from 0 to 65535");
    }

    @Test
    void configFile_isNamedByTheCommandLineBeforeTheEnvironment() throws IOException {
        Path file = write("http.port=1\ndb.embedded=local");

        assertThat(ready(Map.of("QUIESCE_CONFIG", file.toString())).http()).isEqualTo(new Listen.Tcp("0.0.0.0", 1));
        assertThat(ready(Map.of("QUIESCE_CONFIG", "/does/not/exist"), "--config", file.toString())
                        .http())
                .isEqualTo(new Listen.Tcp("0.0.0.0", 1));
    }

    @Test
    void configFile_hasTheSyntaxOfPropertiesFiles() throws IOException {
        Path file = write(
                "# comment \\\nhttp.port : 7\r\n\n  db.embedded.data = a\\\\b\\\n    \u00e9\\u00e9\ndb.embedded local\n");

        ServiceConfig config = ready(Map.of(), "--config=" + file);

        assertThat(config.http()).isEqualTo(new Listen.Tcp("0.0.0.0", 7));
        assertThat(config.embedded()).contains(new Embedded(Embedded.Source.LOCAL, Path.of("a\\b\u00e9\u00e9")));
    }

    @Test
    void printedConfig_readsBackAsTheSameConfig() throws IOException {
        Map<String, String> environment = Map.of(
                "QUIESCE_DB_MAIN_URL",
                MAIN_URL,
                "QUIESCE_DB_D4_URL",
                D4_URL,
                "QUIESCE_DB_EMBEDDED_DATA",
                " a\\b\t#=:\u00e9 ");
        ServiceConfig config = ready(environment, "--http-port=0", "--drill");

        Path printed = write(answer(environment, "--http-port=0", "--drill", "--print-config"));

        assertThat(ready(Map.of(), "--config=" + printed)).isEqualTo(config);
    }

    @Test
    void variablesOfOthers_areNoConcernOfOurs() {
        Map<String, String> environment = new HashMap<>(EMBEDDED);
        environment.put("PATH", "/bin");
        environment.put("QUIESCED", "x");
        // what Kubernetes sets for services named "quiesce" and "quiesce-web"
        environment.put("QUIESCE_SERVICE_HOST", "10.0.0.1");
        environment.put("QUIESCE_SERVICE_PORT", "80");
        environment.put("QUIESCE_SERVICE_PORT_HTTP", "80");
        environment.put("QUIESCE_PORT", "tcp://10.0.0.1:80");
        environment.put("QUIESCE_PORT_80_TCP", "tcp://10.0.0.1:80");
        environment.put("QUIESCE_WEB_PORT_80_TCP_ADDR", "10.0.0.1");
        environment.put("QUIESCE_WEB_PORT", "tcp://10.0.0.1:80");

        assertThat(ready(environment)).isEqualTo(ready(EMBEDDED));
    }

    /** Returns what the printed configuration says about the setting. */
    private static String applied(Setting<?> setting, Map<String, String> environment, String... arguments) {
        String[] all =
                Stream.concat(Stream.of(arguments), Stream.of("--print-config")).toArray(String[]::new);
        List<String> lines = answer(environment, all).lines().toList();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith(setting.key() + "=")) {
                return lines.get(i).substring(setting.key().length() + 1)
                        + " from "
                        + lines.get(i - 1).substring("# ".length());
            }
        }
        return "nothing";
    }

    private static Setting<?> setting(String key) {
        return Settings.ALL.stream()
                .filter(candidate -> candidate.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("it"), content);
    }
}
