package dev.quiesce.web.config;

import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.realtime.socketio.Retention;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.session.SessionConfig;
import dev.quiesce.web.http.AdmissionConfig;
import dev.quiesce.web.http.Listen;
import dev.quiesce.web.http.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration of the sample service, checked. Immutable and safe for use by many threads; no secret
 * appears in its {@code toString}.
 *
 * @param http where HTTP is served
 * @param tls the certificate with which HTTP is served; in the clear if there is none
 * @param admin where the management listener is served; its port differs from that of {@code http} unless both are 0
 * @param main the database of the users
 * @param d4 the database of the offers
 * @param embedded the embedded MariaDB, if it is asked for; if not, both databases have a URL, otherwise neither has
 * @param shutdown the time that the service has to start and to stop
 * @param admission how many requests use a database at once
 * @param quietPeriod for how long nothing may have come for the linger to end early
 * @param forwarded whether a proxy's {@code X-Forwarded-Proto} is believed
 * @param sockets the sockets of the page
 * @param sessions where HTTP sessions are kept, and how
 * @param drill whether the endpoints that prove restarts are served
 */
public record ServiceConfig(
        Listen http,
        Optional<Tls> tls,
        Listen.Tcp admin,
        Database main,
        Database d4,
        Optional<Embedded> embedded,
        Budgets shutdown,
        AdmissionConfig admission,
        Duration quietPeriod,
        boolean forwarded,
        Sockets sockets,
        Sessions sessions,
        boolean drill) {

    /**
     * How a database is reached.
     *
     * @param url the JDBC URL, free of secrets; empty when the embedded MariaDB is used
     * @param user the user to connect as; means nothing to the embedded MariaDB
     * @param password that user's password; an empty one stands for none
     * @param poolSize the number of connections in the pool
     * @param acquireTimeout the longest that a request waits for a connection
     * @param statementTimeout the longest that a statement takes
     * @param orphansAfter how long the connections of an instance that has died may stay; zero for ever
     */
    public record Database(
            Optional<String> url,
            String user,
            Secret password,
            int poolSize,
            Duration acquireTimeout,
            Duration statementTimeout,
            Duration orphansAfter) {

        /**
         * Returns the configuration of the pool of this database.
         *
         * @param name the pool's name, and that of its migrations
         * @throws IllegalArgumentException if the pool cannot be made so; the message lists every mistake
         * @throws java.util.NoSuchElementException if this database has no URL
         */
        public PoolConfig pool(String name) {
            return pool(name, url.orElseThrow(), user, password.value());
        }

        /** Returns the configuration of a pool of this size and patience that connects elsewhere. */
        public PoolConfig pool(String name, String otherUrl, String otherUser, String otherPassword) {
            PoolConfig pool = PoolConfig.of(name, otherUrl, otherUser, otherPassword);
            return pool.withSize(poolSize)
                    .withTimeouts(acquireTimeout, pool.connectTimeout(), pool.socketTimeout())
                    .withStatementTimeout(statementTimeout)
                    .withOrphansAfter(orphansAfter)
                    .withMigrations("db/" + name);
        }
    }

    /**
     * The sockets of the page.
     *
     * @param log where what they have been sent is kept for those that come back
     * @param retention how much of it
     * @param config their limits
     */
    public record Sockets(Log log, Retention retention, SocketIoConfig config) {
        /** Where events are kept. */
        public enum Log {
            /** In this process, until it stops. */
            MEMORY,
            /** In the database {@code main}, for all instances. */
            DATABASE
        }
    }

    /**
     * The HTTP sessions.
     *
     * @param store where they are kept
     * @param config how they are kept
     */
    public record Sessions(Store store, SessionConfig config) {
        /** Where HTTP sessions are kept. */
        public enum Store {
            /** In this process, until it stops. */
            MEMORY,
            /** In the database {@code main}, for all instances. */
            DATABASE
        }
    }

    /**
     * The MariaDB that the service starts for itself.
     *
     * @param source where its binaries come from
     * @param data the folder of its data, kept from one start to the next
     */
    public record Embedded(Source source, Path data) {
        /** Where the binaries of the embedded MariaDB come from. */
        public enum Source {
            /** Those on the class path. */
            BUNDLED,
            /** Those installed on this machine. */
            LOCAL
        }
    }

    /**
     * Reads the configuration: defaults, then the properties file, then the environment, then the command line, where
     * the later one wins. Reads files; changes nothing.
     *
     * @param arguments the command line
     * @param environment the environment, by the names of its variables
     * @return the configuration, or a text to print in its place, or all mistakes at once
     */
    public static ConfigResult parse(List<String> arguments, Map<String, String> environment) {
        return ConfigReader.read(arguments, environment);
    }
}
