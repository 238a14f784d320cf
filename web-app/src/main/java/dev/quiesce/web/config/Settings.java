package dev.quiesce.web.config;

import dev.quiesce.web.config.ServiceConfig.Embedded;
import dev.quiesce.web.config.ServiceConfig.Sessions;
import dev.quiesce.web.config.ServiceConfig.Sockets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The one table of settings: everything that the service can be told is here, and every source reads from here. */
final class Settings {
    static final String VARIABLE_PREFIX = "QUIESCE_";
    static final String CONFIG_OPTION = "--config";
    static final String PRINT_CONFIG_OPTION = "--print-config";
    static final String HELP_OPTION = "--help";
    static final String VERSION_OPTION = "--version";
    static final String CONFIG_VARIABLE = VARIABLE_PREFIX + "CONFIG";

    /** What the library reads itself. */
    static final Set<String> LIBRARY_VARIABLES = Set.of("QUIESCE_PLATFORM_GRACE", "QUIESCE_REPORT_FILE");

    private static final ValueType<Boolean> FLAG = new ValueType.Choice<>(List.of(true, false));
    private static final ValueType<String> HOST = new ValueType.Host();
    private static final ValueType<Path> PATH = new ValueType.FilePath();
    private static final ValueType<String> TEXT = new ValueType.Text();
    private static final ValueType<Secret> HIDDEN = new ValueType.Hidden();
    private static final ValueType<String> URL = new ValueType.JdbcUrl();
    private static final ValueType<Integer> PORT = new ValueType.Whole("PORT", "a port", 0, 65535);

    static final Setting<String> HTTP_HOST = Setting.of(
            "http.host", HOST, "0.0.0.0", "Address on which HTTP is served; 0.0.0.0 is every IPv4 interface.");
    static final Setting<Integer> HTTP_PORT =
            Setting.of("http.port", PORT, "8080", "Port on which HTTP is served; 0 takes any free one.");
    static final Setting<Path> HTTP_SOCKET = Setting.optional(
            "http.socket",
            PATH,
            "Socket of the Unix domain on which HTTP is served in place of the port: a file in an existing folder.");
    static final Setting<Set<PosixFilePermission>> HTTP_SOCKET_MODE = Setting.of(
            "http.socket.mode", new ValueType.Mode(), "660", "Permissions of that file; to connect is to write to it.");
    static final Setting<String> HTTP_SOCKET_GROUP = Setting.optional(
            "http.socket.group",
            TEXT,
            "Group of that file, such as that of the proxy; by default that of the process.");
    static final Setting<Boolean> HTTP_INHERITED = Setting.of(
            "http.inherited",
            FLAG,
            "false",
            "Serve HTTP on the listening socket that the standard input is, as from systemd with StandardInput=socket.");
    static final Setting<Path> HTTP_TLS_CERTIFICATE = Setting.optional(
            "http.tls.certificate",
            PATH,
            "Serve HTTP behind TLS, with this certificate and those above it, in PEM. Read again when it changes.");
    static final Setting<Path> HTTP_TLS_KEY = Setting.optional(
            "http.tls.key", PATH, "Its private key, in PEM (PKCS #8) without a password. Keep it from other users.");
    static final Setting<Boolean> HTTP_FORWARDED = Setting.of(
            "http.forwarded",
            FLAG,
            "false",
            "Believe X-Forwarded-Proto, so that cookies are Secure behind a proxy's TLS. Only if nobody passes by the proxy.");
    static final Setting<String> ADMIN_HOST = Setting.of(
            "admin.host",
            HOST,
            "127.0.0.1",
            "Address of the management listener. It asks for no password: keep it from the public.");
    static final Setting<Integer> ADMIN_PORT =
            Setting.of("admin.port", PORT, "8081", "Port of the management listener; 0 takes any free one.");

    static final DatabaseSettings DB_MAIN = DatabaseSettings.of("main", "users");
    static final DatabaseSettings DB_D4 = DatabaseSettings.of("d4", "offers");

    static final Setting<EmbeddedChoice> DB_EMBEDDED = Setting.of(
            "db.embedded",
            new ValueType.Choice<>(List.of(EmbeddedChoice.values())),
            "off",
            "Start a MariaDB for development: the bundled one, or the one that is installed locally.");
    static final Setting<Path> DB_EMBEDDED_DATA = Setting.of(
            "db.embedded.data", PATH, ".quiesce/mariadb", "Folder in which the embedded MariaDB keeps its data.");

    static final Setting<Integer> ADMISSION_CONCURRENCY = Setting.optional(
            "admission.concurrency",
            new ValueType.Whole("NUMBER", "a whole number", 1, 10_000),
            "Number of requests that may use a database at once; others wait. By default twice the smaller pool.");
    static final Setting<Integer> ADMISSION_WAITING = Setting.of(
            "admission.waiting",
            new ValueType.Whole("NUMBER", "a whole number", 0, 100_000),
            "200",
            "Number of requests that may wait for that; others are answered 503 with Retry-After at once.");
    static final Setting<Duration> ADMISSION_PATIENCE = Setting.of(
            "admission.patience",
            new ValueType.Time(Duration.ofMillis(100), Duration.ofMinutes(10)),
            "4s",
            "How long callers wait for an answer, unless X-Request-Deadline-Ms says so. Keep it below what they really do.");
    static final Setting<Duration> ADMISSION_RAMP = Setting.of(
            "admission.ramp",
            new ValueType.Time(Duration.ofSeconds(0), Duration.ofMinutes(10)),
            "3s",
            "Time from the first request until that number is reached, from a quarter of it.");

    static final Setting<Sockets.Log> SOCKETS_LOG = Setting.of(
            "sockets.log",
            new ValueType.Choice<>(List.of(Sockets.Log.values())),
            "database",
            "Where events for sockets are kept: in memory until the stop, or in the database 'main', so that none is lost.");
    static final Setting<Duration> SOCKETS_RETENTION = Setting.of(
            "sockets.retention",
            new ValueType.Time(Duration.ofSeconds(1), Duration.ofHours(24)),
            "2m",
            "How long they are kept for clients that are away; who comes later begins anew.");
    static final Setting<Integer> SOCKETS_RETENTION_EVENTS = Setting.of(
            "sockets.retention.events",
            new ValueType.Whole("NUMBER", "a whole number", 1, 10_000_000),
            "100000",
            "Number of them that are kept at most.");
    static final Setting<Integer> SOCKETS_MAX = Setting.of(
            "sockets.max",
            new ValueType.Whole("NUMBER", "a whole number", 1, 1_000_000),
            "10000",
            "Number of sockets that may be open; others are answered 503.");
    static final Setting<Integer> SOCKETS_MAX_PER_ADDRESS = Setting.of(
            "sockets.max-per-address",
            new ValueType.Whole("NUMBER", "a whole number", 0, 1_000_000),
            "0",
            "Number of them from one address, 0 for any; others are answered 429. Behind a proxy all have its address.");
    static final Setting<Integer> SOCKETS_MESSAGE_BYTES = Setting.of(
            "sockets.message-bytes",
            new ValueType.Whole("BYTES", "a number of bytes", 1024, 100_000_000),
            "65536",
            "Size of a message from a client above which its socket ends.");
    static final Setting<Integer> SOCKETS_QUEUE_BYTES = Setting.of(
            "sockets.queue-bytes",
            new ValueType.Whole("BYTES", "a number of bytes", 65_536, 1_000_000_000),
            "4194304",
            "What may wait to be sent to one socket; a client that is further behind is closed with code 1008.");
    static final Setting<Set<String>> SOCKETS_ORIGINS = Setting.optional(
            "sockets.origins",
            new ValueType.Origins(),
            "Origins whose pages may connect, separated by commas, or * for all. By default those of this host.");
    static final Setting<Integer> SOCKETS_CLOSES_PER_SECOND = Setting.optional(
            "sockets.closes-per-second",
            new ValueType.Whole("NUMBER", "a whole number", 0, 1_000_000),
            "Sockets that are told of the stop in a second, 0 for all at once. By default 2000, or more where time is short.");
    static final Setting<Sessions.Store> SESSION_STORE = Setting.of(
            "session.store",
            new ValueType.Choice<>(List.of(Sessions.Store.values())),
            "memory",
            "Where sessions are: in memory until the stop, or in the database 'main', for all instances and over restarts.");
    static final Setting<Duration> SESSION_TIMEOUT = Setting.of(
            "session.timeout",
            new ValueType.Time(Duration.ofSeconds(1), Duration.ofHours(720)),
            "30m",
            "How long a session lives without a request.");
    static final Setting<Duration> SESSION_LIFETIME = Setting.optional(
            "session.lifetime",
            new ValueType.Time(Duration.ofSeconds(1), Duration.ofHours(8760)),
            "How long a session lives at most. By default 24h, or session.timeout if that is longer.");
    static final Setting<Integer> SESSION_MAX_BYTES = Setting.of(
            "session.max-bytes",
            new ValueType.Whole("BYTES", "a number of bytes", 1024, 16_000_000),
            "1048576",
            "Size of a session in the database above which it takes nothing more.");
    static final Setting<Boolean> SESSION_DESTROY_AT_STOP = Setting.of(
            "session.destroy-at-stop",
            FLAG,
            "false",
            "Destroy the sessions in the database at the stop, those of other instances too. Those in memory always are.");
    static final Setting<String> SESSION_COOKIE_NAME = Setting.optional(
            "session.cookie.name",
            TEXT,
            "Name of the session cookie. By default __Host-session if it is always Secure, otherwise JSESSIONID.");
    static final Setting<Boolean> SESSION_COOKIE_SECURE = Setting.of(
            "session.cookie.secure",
            FLAG,
            "false",
            "Make that cookie Secure always, as it is with TLS of our own. Otherwise it is where the request is.");
    static final Setting<Duration> SHUTDOWN_TIMEOUT = Setting.of(
            "shutdown.timeout",
            new ValueType.Time(Duration.ofMillis(100), Duration.ofHours(1)),
            "8s",
            "Time for the whole shutdown. Keep it below what the supervisor waits before it kills (docker stop: 10s).");
    static final Setting<Duration> SHUTDOWN_LINGER = Setting.of(
            "shutdown.linger",
            new ValueType.Time(Duration.ofSeconds(0), Duration.ofHours(1)),
            "0s",
            "Part of it in which the service is unready but still serves everything, so that load balancers can leave.");
    static final Setting<Duration> SHUTDOWN_QUIET = Setting.of(
            "shutdown.quiet-period",
            new ValueType.Time(Duration.ofMillis(10), Duration.ofHours(1)),
            "1s",
            "The linger ends early when no connection and no request has come for so long.");
    static final Setting<Boolean> DRILL = Setting.of(
            "drill", FLAG, "false", "Serve the endpoints under /drill that prove restarts. Not for production.");

    static final List<DatabaseSettings> DATABASES = List.of(DB_MAIN, DB_D4);

    static final List<Setting<?>> ALL = all();

    private Settings() {}

    /** Returns the long names of all options, those that set nothing included. */
    static Stream<String> options() {
        return Stream.concat(
                ALL.stream().map(Setting::option),
                Stream.of(CONFIG_OPTION, PRINT_CONFIG_OPTION, HELP_OPTION, VERSION_OPTION));
    }

    /** Returns the whole table, in the order in which it is shown. */
    private static List<Setting<?>> all() {
        List<Setting<?>> all = new ArrayList<>(List.of(
                HTTP_HOST,
                HTTP_PORT,
                HTTP_SOCKET,
                HTTP_SOCKET_MODE,
                HTTP_SOCKET_GROUP,
                HTTP_INHERITED,
                HTTP_TLS_CERTIFICATE,
                HTTP_TLS_KEY,
                HTTP_FORWARDED,
                ADMIN_HOST,
                ADMIN_PORT));
        for (DatabaseSettings database : DATABASES) {
            all.addAll(database.all());
        }
        all.addAll(List.of(
                DB_EMBEDDED,
                DB_EMBEDDED_DATA,
                ADMISSION_CONCURRENCY,
                ADMISSION_WAITING,
                ADMISSION_PATIENCE,
                ADMISSION_RAMP,
                SOCKETS_LOG,
                SOCKETS_RETENTION,
                SOCKETS_RETENTION_EVENTS,
                SOCKETS_MAX,
                SOCKETS_MAX_PER_ADDRESS,
                SOCKETS_MESSAGE_BYTES,
                SOCKETS_QUEUE_BYTES,
                SOCKETS_ORIGINS,
                SOCKETS_CLOSES_PER_SECOND,
                SESSION_STORE,
                SESSION_TIMEOUT,
                SESSION_LIFETIME,
                SESSION_MAX_BYTES,
                SESSION_DESTROY_AT_STOP,
                SESSION_COOKIE_NAME,
                SESSION_COOKIE_SECURE,
                SHUTDOWN_TIMEOUT,
                SHUTDOWN_LINGER,
                SHUTDOWN_QUIET,
                DRILL));
        return List.copyOf(all);
    }

    /** Whether a MariaDB is embedded, and which. */
    enum EmbeddedChoice {
        OFF,
        BUNDLED,
        LOCAL;

        Optional<Embedded.Source> source() {
            return this == OFF ? Optional.empty() : Optional.of(Embedded.Source.valueOf(name()));
        }
    }

    /** The settings that every database has. */
    record DatabaseSettings(
            Setting<String> url,
            Setting<String> user,
            Setting<Secret> password,
            Setting<Path> passwordFile,
            Setting<Integer> poolSize,
            Setting<Duration> acquireTimeout,
            Setting<Duration> statementTimeout,
            Setting<Duration> orphansAfter) {

        static DatabaseSettings of(String name, String content) {
            String prefix = "db." + name + ".";
            return new DatabaseSettings(
                    Setting.optional(
                            prefix + "url",
                            URL,
                            "JDBC URL of the database '" + name + "' (" + content + "), without user and password."),
                    Setting.of(prefix + "user", TEXT, "quiesce", "User to connect as."),
                    Setting.optional(
                            prefix + "password",
                            HIDDEN,
                            "Password of that user. Every user of the machine can read a command line: prefer the file."),
                    Setting.optional(
                            prefix + "password.file",
                            PATH,
                            "File to read the password from; the newline at its end does not count."),
                    Setting.of(
                            prefix + "pool-size",
                            new ValueType.Whole("NUMBER", "a whole number", 1, 1000),
                            "10",
                            "Number of connections to it."),
                    Setting.of(
                            prefix + "acquire-timeout",
                            new ValueType.Time(Duration.ofMillis(250), Duration.ofMinutes(5)),
                            "1s",
                            "Longest wait for a connection."),
                    Setting.of(
                            prefix + "statement-timeout",
                            new ValueType.Time(Duration.ofMillis(1), Duration.ofMinutes(10)),
                            "2500ms",
                            "The server ends a statement that takes longer. Keep both together below admission.patience."),
                    Setting.of(
                            prefix + "orphans-after",
                            new ValueType.Time(Duration.ZERO, Duration.ofHours(1)),
                            "10s",
                            "After that time, what an instance has left at the database that died is ended; 0s for never."));
        }

        List<Setting<?>> all() {
            return List.of(url, user, password, passwordFile, poolSize, acquireTimeout, statementTimeout, orphansAfter);
        }
    }
}
