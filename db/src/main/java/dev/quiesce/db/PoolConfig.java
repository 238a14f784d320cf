package dev.quiesce.db;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;

/**
 * The configuration of one {@link MariaDbPool}, valid by construction.
 *
 * <p>TLS: when the URL names no {@code sslMode}, connections to a loopback address ({@code localhost},
 * {@code 127.*}, {@code ::1}) use {@code disable} and all others {@code verify-full}. To trade that safety away, say so
 * in the URL, for example {@code ?sslMode=disable}.
 *
 * <p>Immutable. The password appears neither in {@link #toString()} nor in any message.
 *
 * @param name the pool's name in logs, threads and messages; letters, digits, {@code .}, {@code _} and {@code -}
 * @param url the JDBC URL, {@code jdbc:mariadb://host:port/database}; credentials and time limits do not belong in it
 * @param user the database user
 * @param password the user's password, possibly empty
 * @param size the number of connections, all of them open from start to stop; 1 to 1000, 10 by default
 * @param acquireTimeout how long a caller waits for a connection; at least 250 ms, 3 s by default, which is below the 5 s
 *     that a caller of the service can be expected to wait
 * @param connectTimeout how long opening one connection may take; at least 1 ms, 2 s by default
 * @param socketTimeout how long the server may be silent during a query before the connection is given up; zero for no
 *     limit, else at least 1 s; 60 s by default. It does not bound migrations
 * @param statementTimeout how long a statement may run before the server ends it with an error; zero for no limit, else at
 *     least 1 ms; no limit by default. It does not bound migrations. With the acquire timeout it should be shorter than a
 *     caller waits
 * @param maxLifetime the age at which a connection is replaced; at least 30 s, 30 min by default
 * @param maxWaiting how many callers may wait for a connection at once, others get an error at once; 0 to 100,000, 40 by default
 * @param demand how many connections the pools of all services and instances may have at this server together, which its
 *     {@code max_connections} has to allow; at least the size of this pool, twice that and two by default, for the instance
 *     that a deploy starts beside the old one
 * @param orphansAfter how long after the death of a process, or of its host, its pools' connections may stay at the server:
 *     running pools of the same user end them then, with the transactions and queries of the dead one; zero for never, else
 *     4 s to 1 h, 10 s by default. It takes one connection more. See {@link MariaDbPool}
 * @param migrations the class-path folder of versioned scripts ({@code V1__create_users.sql}) that are applied before the
 *     pool counts as started, such as {@code db/main}, or null for none
 */
public record PoolConfig(
        String name,
        String url,
        String user,
        String password,
        int size,
        Duration acquireTimeout,
        Duration connectTimeout,
        Duration socketTimeout,
        Duration statementTimeout,
        Duration maxLifetime,
        int maxWaiting,
        int demand,
        Duration orphansAfter,
        @Nullable String migrations) {

    private static final String PREFIX = "jdbc:mariadb:";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern OWNED_OPTION =
            Pattern.compile("[?&](user|password|connectTimeout|socketTimeout)=", Pattern.CASE_INSENSITIVE);
    private static final Pattern SSL_MODE = Pattern.compile("[?&](sslMode|useSsl)=", Pattern.CASE_INSENSITIVE);
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d+){3}|::1|\\[::1]", Pattern.CASE_INSENSITIVE);
    private static final int DEFAULT_SIZE = 10;

    /** How many callers may wait for a connection unless a configuration says otherwise. */
    public static final int DEFAULT_MAX_WAITING = 40;

    /** The old one and the new one, while a deploy goes on. */
    private static final int INSTANCES = 2;

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration LEAST_ORPHANS_AFTER = Duration.ofSeconds(4);
    private static final Duration MOST_ORPHANS_AFTER = Duration.ofHours(1);

    /**
     * Checks the whole configuration.
     *
     * @throws IllegalArgumentException if anything is wrong; its message lists every mistake
     */
    public PoolConfig {
        List<String> mistakes = new ArrayList<>();
        if (!NAME.matcher(name).matches()) {
            mistakes.add("name must consist of letters, digits, '.', '_' and '-', but is \"" + name + "\"");
        }
        checkUrl(url, mistakes);
        if (user.isBlank()) {
            mistakes.add("user is missing");
        }
        if (size < 1 || size > 1000) {
            mistakes.add("size must be 1 to 1000, but is " + size);
        }
        if (demand < size) {
            mistakes.add("demand must be at least the size of the pool, " + size + ", but is " + demand);
        }
        if (maxWaiting < 0 || maxWaiting > 100_000) {
            mistakes.add("maxWaiting must be 0 to 100000, but is " + maxWaiting);
        }
        checkDuration("acquireTimeout", acquireTimeout, Duration.ofMillis(250), mistakes);
        checkDuration("connectTimeout", connectTimeout, Duration.ofMillis(1), mistakes);
        if (!socketTimeout.isZero()) {
            checkDuration("socketTimeout", socketTimeout, Duration.ofSeconds(1), mistakes);
        }
        if (!statementTimeout.isZero()) {
            checkDuration("statementTimeout", statementTimeout, Duration.ofMillis(1), mistakes);
        }
        if (!orphansAfter.isZero()
                && (orphansAfter.compareTo(LEAST_ORPHANS_AFTER) < 0
                        || orphansAfter.compareTo(MOST_ORPHANS_AFTER) > 0)) {
            mistakes.add("orphansAfter must be zero or 4 s to 1 h, but is " + orphansAfter.toMillis() + " ms");
        }
        checkDuration("maxLifetime", maxLifetime, Duration.ofSeconds(30), mistakes);
        if (migrations != null && (migrations.isBlank() || migrations.startsWith("/"))) {
            mistakes.add("migrations must be a class-path folder such as db/main, but is \"" + migrations + "\"");
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("pool \"" + name + "\": " + String.join("; ", mistakes));
        }
    }

    /**
     * Returns a configuration with the defaults.
     *
     * @throws IllegalArgumentException if anything is wrong; its message lists every mistake
     */
    public static PoolConfig of(String name, String url, String user, String password) {
        return new PoolConfig(
                name,
                url,
                user,
                password,
                DEFAULT_SIZE,
                Duration.ofSeconds(3),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                Duration.ZERO,
                Duration.ofMinutes(30),
                DEFAULT_MAX_WAITING,
                demandOf(DEFAULT_SIZE),
                Duration.ofSeconds(10),
                null);
    }

    /** Returns this configuration with another number of connections, and the demand that comes with it. */
    public PoolConfig withSize(int size) {
        return with(draft -> {
            draft.size = size;
            draft.demand = demandOf(size);
        });
    }

    /** Returns this configuration with another number of connections that all together may have at its server. */
    public PoolConfig withDemand(int demand) {
        return with(draft -> draft.demand = demand);
    }

    /** Returns this configuration with other time limits. */
    public PoolConfig withTimeouts(Duration acquireTimeout, Duration connectTimeout, Duration socketTimeout) {
        return with(draft -> {
            draft.acquireTimeout = acquireTimeout;
            draft.connectTimeout = connectTimeout;
            draft.socketTimeout = socketTimeout;
        });
    }

    /** Returns this configuration with another limit for statements. */
    public PoolConfig withStatementTimeout(Duration statementTimeout) {
        return with(draft -> draft.statementTimeout = statementTimeout);
    }

    /** Returns this configuration with another number of callers that may wait for a connection. */
    public PoolConfig withMaxWaiting(int maxWaiting) {
        return with(draft -> draft.maxWaiting = maxWaiting);
    }

    /** Returns this configuration with another time for what a dead process has left. */
    public PoolConfig withOrphansAfter(Duration orphansAfter) {
        return with(draft -> draft.orphansAfter = orphansAfter);
    }

    /** Returns this configuration with the given class-path folder of migrations, or with none. */
    public PoolConfig withMigrations(@Nullable String migrations) {
        return with(draft -> draft.migrations = migrations);
    }

    private PoolConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    private static int demandOf(int size) {
        return INSTANCES * (size + 1);
    }

    /** A configuration in which something is being changed. */
    private static final class Draft {
        private final PoolConfig from;
        private int size;
        private Duration acquireTimeout;
        private Duration connectTimeout;
        private Duration socketTimeout;
        private Duration statementTimeout;
        private int maxWaiting;
        private int demand;
        private Duration orphansAfter;
        private @Nullable String migrations;

        Draft(PoolConfig from) {
            this.from = from;
            this.size = from.size;
            this.acquireTimeout = from.acquireTimeout;
            this.connectTimeout = from.connectTimeout;
            this.socketTimeout = from.socketTimeout;
            this.statementTimeout = from.statementTimeout;
            this.maxWaiting = from.maxWaiting;
            this.demand = from.demand;
            this.orphansAfter = from.orphansAfter;
            this.migrations = from.migrations;
        }

        PoolConfig config() {
            return new PoolConfig(
                    from.name,
                    from.url,
                    from.user,
                    from.password,
                    size,
                    acquireTimeout,
                    connectTimeout,
                    socketTimeout,
                    statementTimeout,
                    from.maxLifetime,
                    maxWaiting,
                    demand,
                    orphansAfter,
                    migrations);
        }
    }

    /** Returns all settings, with the password masked and the URL without its options. */
    @Override
    public String toString() {
        return "PoolConfig[name=%s, url=%s, user=%s, password=***, size=%d, acquireTimeout=%s, connectTimeout=%s, socketTimeout=%s, statementTimeout=%s, maxLifetime=%s, maxWaiting=%d, demand=%d, orphansAfter=%s, migrations=%s]"
                .formatted(
                        name,
                        plainUrl(),
                        user,
                        size,
                        acquireTimeout,
                        connectTimeout,
                        socketTimeout,
                        statementTimeout,
                        maxLifetime,
                        maxWaiting,
                        demand,
                        orphansAfter,
                        migrations);
    }

    /** Returns the URL without its options, which may hold secrets such as a key store's password. */
    String plainUrl() {
        return withoutOptions(url);
    }

    /** Returns what the driver needs besides the URL. */
    Properties driverProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", Long.toString(connectTimeout.toMillis()));
        properties.setProperty("socketTimeout", Long.toString(socketTimeout.toMillis()));
        if (!SSL_MODE.matcher(url).find()) {
            properties.setProperty("sslMode", isLoopback() ? "disable" : "verify-full");
        }
        return properties;
    }

    /** Returns where the pool connects to, such as {@code db.example:3306}. */
    public String hosts() {
        return String.join(
                ", ",
                addresses(url).stream()
                        .map(address -> address.host + ":" + address.port)
                        .toList());
    }

    boolean hasSeveralHosts() {
        return addresses(url).size() > 1;
    }

    private boolean isLoopback() {
        return addresses(url).stream().allMatch(address -> isLoopback(address.host));
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null && LOOPBACK.matcher(host).matches();
    }

    private static List<HostAddress> addresses(String url) {
        try {
            return Configuration.parse(url).addresses();
        } catch (SQLException e) {
            throw new IllegalStateException("the URL has been checked before", e);
        }
    }

    private static void checkUrl(String url, List<String> mistakes) {
        String shape = "url must look like jdbc:mariadb://host:port/database";
        if (!url.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            mistakes.add(shape);
            return;
        }
        if (OWNED_OPTION.matcher(url).find()) {
            mistakes.add("url must not hold user, password, connectTimeout or socketTimeout, which are settings of"
                    + " their own");
            return;
        }
        if (withoutOptions(url).contains("@")) {
            mistakes.add("url must not hold credentials before the host; user and password are settings of their own");
            return;
        }
        try {
            Configuration parsed = Configuration.parse(url);
            if (parsed == null || parsed.addresses().isEmpty()) {
                mistakes.add(shape + ", but \"" + withoutOptions(url) + "\" names no host");
            }
        } catch (SQLException e) {
            mistakes.add(shape + ", but the driver cannot read \"" + withoutOptions(url) + "\"");
        }
    }

    private static void checkDuration(String setting, Duration value, Duration least, List<String> mistakes) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            mistakes.add(setting + " must be " + least.toMillis() + " ms to 1 day, but is " + value.toMillis() + " ms");
        }
    }

    private static String withoutOptions(String url) {
        int options = url.indexOf('?');
        return options < 0 ? url : url.substring(0, options);
    }
}
