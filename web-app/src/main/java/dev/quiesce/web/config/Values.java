package dev.quiesce.web.config;

import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.realtime.socketio.Retention;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.session.SessionConfig;
import dev.quiesce.web.config.ServiceConfig.Database;
import dev.quiesce.web.config.ServiceConfig.Embedded;
import dev.quiesce.web.config.ServiceConfig.Sessions;
import dev.quiesce.web.config.ServiceConfig.Sockets;
import dev.quiesce.web.config.Settings.DatabaseSettings;
import dev.quiesce.web.http.AdmissionConfig;
import dev.quiesce.web.http.Listen;
import dev.quiesce.web.http.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values of the settings, parsed; those that are unset or refused are absent. Immutable. */
final class Values {
    private static final Duration LIFETIME = Duration.ofHours(24);
    private static final String HOST_COOKIE = "__Host-session";

    private final Set<Setting<?>> assigned;
    private final Map<Setting<?>, Object> parsed;

    private Values(Set<Setting<?>> assigned, Map<Setting<?>, Object> parsed) {
        this.assigned = Set.copyOf(assigned);
        this.parsed = Map.copyOf(parsed);
    }

    static Values of(Map<Setting<?>, Assignment> assignments, Mistakes mistakes) {
        Map<Setting<?>, Object> parsed = new HashMap<>();
        for (Setting<?> setting : Settings.ALL) {
            Assignment assignment = assignments.get(setting);
            if (assignment == null) {
                continue;
            }
            Optional<?> value = setting.type().parse(assignment.text());
            if (value.isPresent()) {
                parsed.put(setting, value.get());
            } else {
                mistakes.addInvalid(setting, assignment, ServiceLink.hint(assignment.text()));
            }
        }
        for (DatabaseSettings database : Settings.DATABASES) {
            Path file = (Path) parsed.get(database.passwordFile());
            if (file != null) {
                Assignment assignment = assignments.get(database.passwordFile());
                FileSource.readSecret(database.passwordFile(), file, assignment.origin(), mistakes)
                        .ifPresent(secret -> parsed.put(database.password(), new Secret(secret)));
            }
        }
        return new Values(assignments.keySet(), parsed);
    }

    /** Returns whether no source says anything about the setting, be it right or wrong. */
    boolean isUnset(Setting<?> setting) {
        return !assigned.contains(setting);
    }

    @SuppressWarnings("unchecked") // what is stored under a setting came from the parser of its type
    <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable((T) parsed.get(setting));
    }

    /** Returns the whole configuration. Call this only once it has been found free of mistakes. */
    ServiceConfig toConfig() {
        return new ServiceConfig(
                http(),
                tls(),
                new Listen.Tcp(get(Settings.ADMIN_HOST), get(Settings.ADMIN_PORT)),
                database(Settings.DB_MAIN),
                database(Settings.DB_D4),
                get(Settings.DB_EMBEDDED).source().map(source -> new Embedded(source, get(Settings.DB_EMBEDDED_DATA))),
                budgets(get(Settings.SHUTDOWN_TIMEOUT), get(Settings.SHUTDOWN_LINGER)),
                admission(),
                get(Settings.SHUTDOWN_QUIET),
                get(Settings.HTTP_FORWARDED),
                new Sockets(get(Settings.SOCKETS_LOG), retention(), sockets()),
                new Sessions(get(Settings.SESSION_STORE), sessions()),
                get(Settings.DRILL));
    }

    private Retention retention() {
        return new Retention(get(Settings.SOCKETS_RETENTION), get(Settings.SOCKETS_RETENTION_EVENTS));
    }

    private SocketIoConfig sockets() {
        SocketIoConfig defaults = SocketIoConfig.defaults();
        int pace = find(Settings.SOCKETS_CLOSES_PER_SECOND)
                .orElse(defaults.connections().closesPerSecond());
        return defaults.withConnections(defaults.connections()
                .withMaxSockets(get(Settings.SOCKETS_MAX), get(Settings.SOCKETS_MAX_PER_ADDRESS))
                .withMaxPayload(get(Settings.SOCKETS_MESSAGE_BYTES))
                .withOutboundQueueBytes(get(Settings.SOCKETS_QUEUE_BYTES))
                .withAllowedOrigins(find(Settings.SOCKETS_ORIGINS).orElse(Set.of()))
                .withClosesPerSecond(pace));
    }

    /** Returns the time over which sockets are told of the stop: half of what there is for it, for they have to answer too. */
    static Duration closeWindow(Duration timeout, Duration linger) {
        return budgets(timeout, linger).stop().dividedBy(2);
    }

    private AdmissionConfig admission() {
        int smallerPool = Math.min(get(Settings.DB_MAIN.poolSize()), get(Settings.DB_D4.poolSize()));
        return new AdmissionConfig(
                find(Settings.ADMISSION_CONCURRENCY).orElse(2 * smallerPool),
                get(Settings.ADMISSION_WAITING),
                get(Settings.ADMISSION_PATIENCE),
                get(Settings.ADMISSION_RAMP));
    }

    /** Returns whether the settings of the sessions can be held against each other, each being right by itself. */
    boolean hasSessions() {
        return find(Settings.SESSION_TIMEOUT).isPresent()
                && find(Settings.SESSION_MAX_BYTES).isPresent()
                && find(Settings.SESSION_DESTROY_AT_STOP).isPresent()
                && find(Settings.SESSION_COOKIE_SECURE).isPresent();
    }

    /** Throws IllegalArgumentException if they do not fit together. */
    SessionConfig sessions() {
        Duration idle = get(Settings.SESSION_TIMEOUT);
        Duration longest = idle.compareTo(LIFETIME) > 0 ? idle : LIFETIME;
        boolean secure = get(Settings.SESSION_COOKIE_SECURE) || tls().isPresent();
        SessionConfig defaults = SessionConfig.defaults();
        // All at once, so that the mistakes are found together.
        return new SessionConfig(
                idle,
                find(Settings.SESSION_LIFETIME).orElse(longest),
                defaults.sweepInterval(),
                get(Settings.SESSION_MAX_BYTES),
                get(Settings.SESSION_DESTROY_AT_STOP),
                find(Settings.SESSION_COOKIE_NAME).orElse(secure ? HOST_COOKIE : defaults.cookieName()),
                defaults.httpOnly(),
                defaults.sameSite(),
                secure);
    }

    private Listen http() {
        if (get(Settings.HTTP_INHERITED)) {
            return new Listen.Inherited();
        }
        Optional<Path> socket = find(Settings.HTTP_SOCKET);
        return socket.isPresent()
                ? new Listen.Unix(socket.get(), get(Settings.HTTP_SOCKET_MODE), find(Settings.HTTP_SOCKET_GROUP))
                : new Listen.Tcp(get(Settings.HTTP_HOST), get(Settings.HTTP_PORT));
    }

    /** Returns the certificate and its key, if both are set. */
    Optional<Tls> tls() {
        return find(Settings.HTTP_TLS_CERTIFICATE)
                .flatMap(certificate -> find(Settings.HTTP_TLS_KEY).map(key -> new Tls(certificate, key)));
    }

    /** Throws IllegalArgumentException if the times do not fit. */
    static Budgets budgets(Duration timeout, Duration linger) {
        return Budgets.ofTotal(timeout).withLinger(linger);
    }

    /** Returns the database, unless one of its settings is wrong. */
    Optional<Database> findDatabase(DatabaseSettings database) {
        boolean complete = find(database.user()).isPresent()
                && find(database.poolSize()).isPresent()
                && find(database.acquireTimeout()).isPresent()
                && find(database.statementTimeout()).isPresent()
                && find(database.orphansAfter()).isPresent();
        return complete ? Optional.of(database(database)) : Optional.empty();
    }

    private Database database(DatabaseSettings database) {
        return new Database(
                find(database.url()),
                get(database.user()),
                find(database.password()).orElse(new Secret("")),
                get(database.poolSize()),
                get(database.acquireTimeout()),
                get(database.statementTimeout()),
                get(database.orphansAfter()));
    }

    private <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow();
    }
}
