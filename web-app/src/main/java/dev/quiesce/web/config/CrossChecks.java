package dev.quiesce.web.config;

import dev.quiesce.db.PoolConfig;
import dev.quiesce.web.config.Settings.DatabaseSettings;
import dev.quiesce.web.config.Settings.EmbeddedChoice;
import dev.quiesce.web.http.Tls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checks the settings against each other, as far as each of them is right by itself. */
final class CrossChecks {
    private CrossChecks() {}

    /**
     * Adds a mistake for whatever does not fit together.
     *
     * @param complete whether all sources could be read, so that what is unset is really unset
     */
    static void check(Values values, boolean complete, Mistakes mistakes) {
        checkPorts(values, mistakes);
        checkTls(values, mistakes);
        checkShutdown(values, mistakes);
        checkSockets(values, mistakes);
        checkPatience(values, mistakes);
        checkSessions(values, mistakes);
        checkPool(values, Settings.DB_MAIN, "main", mistakes);
        checkPool(values, Settings.DB_D4, "d4", mistakes);
        values.find(Settings.DB_EMBEDDED).ifPresent(embedded -> {
            if (embedded != EmbeddedChoice.OFF) {
                checkNoUrl(values, mistakes);
            } else if (complete) {
                checkUrls(values, mistakes);
            }
        });
    }

    private static void checkPorts(Values values, Mistakes mistakes) {
        boolean inherited = values.find(Settings.HTTP_INHERITED).orElse(false);
        if (inherited && values.find(Settings.HTTP_SOCKET).isPresent()) {
            mistakes.add("http.socket and http.inherited are both set: HTTP is served in one place, unset one");
        }
        if (inherited || values.find(Settings.HTTP_SOCKET).isPresent()) {
            return;
        }
        Optional<Integer> http = values.find(Settings.HTTP_PORT).filter(port -> port != 0);
        if (http.isPresent() && http.equals(values.find(Settings.ADMIN_PORT))) {
            mistakes.add("http.port and admin.port are both " + http.get() + ": the listeners need a port each");
        }
    }

    private static void checkTls(Values values, Mistakes mistakes) {
        boolean certificate = values.find(Settings.HTTP_TLS_CERTIFICATE).isPresent();
        if (certificate != values.find(Settings.HTTP_TLS_KEY).isPresent()) {
            mistakes.add("http.tls.certificate and http.tls.key belong together, but only "
                    + (certificate ? "the first" : "the second") + " is set");
        }
        try {
            values.tls().ifPresent(Tls::check);
        } catch (IllegalArgumentException e) {
            mistakes.add("http.tls.certificate and http.tls.key: " + e.getMessage());
        }
    }

    private static void checkSessions(Values values, Mistakes mistakes) {
        if (values.hasSessions()) {
            try {
                values.sessions();
            } catch (IllegalArgumentException e) {
                mistakes.add("session.timeout, session.lifetime, session.cookie: " + e.getMessage());
            }
        }
    }

    /** What takes longer than its caller waits, to get a connection and then for a statement, is done for nobody. */
    private static void checkPatience(Values values, Mistakes mistakes) {
        Optional<Duration> patience = values.find(Settings.ADMISSION_PATIENCE);
        for (DatabaseSettings database : Settings.DATABASES) {
            checkConcurrency(values, database, mistakes);
            Optional<Duration> acquire = values.find(database.acquireTimeout());
            Optional<Duration> statement = values.find(database.statementTimeout());
            if (patience.isPresent()
                    && acquire.isPresent()
                    && statement.isPresent()
                    && acquire.get().plus(statement.get()).compareTo(patience.get()) >= 0) {
                mistakes.add(database.acquireTimeout().key() + " and "
                        + database.statementTimeout().key() + " are "
                        + acquire.get().toMillis() + " ms and "
                        + statement.get().toMillis()
                        + " ms, but callers wait " + patience.get().toMillis()
                        + " ms (admission.patience): lower the ones or raise the other");
            }
        }
    }

    /** Requests that are let in must at least find a place to wait for a connection. */
    private static void checkConcurrency(Values values, DatabaseSettings database, Mistakes mistakes) {
        Optional<Integer> inside = values.find(Settings.ADMISSION_CONCURRENCY);
        Optional<Integer> size = values.find(database.poolSize());
        if (inside.isPresent() && size.isPresent() && inside.get() > size.get() + PoolConfig.DEFAULT_MAX_WAITING) {
            mistakes.add("admission.concurrency is " + inside.get() + ", but "
                    + database.poolSize().key() + " is "
                    + size.get() + ", and " + PoolConfig.DEFAULT_MAX_WAITING
                    + " may wait for a connection: lower the one or raise the other");
        }
    }

    private static void checkShutdown(Values values, Mistakes mistakes) {
        Optional<Duration> timeout = values.find(Settings.SHUTDOWN_TIMEOUT);
        Optional<Duration> linger = values.find(Settings.SHUTDOWN_LINGER);
        if (timeout.isPresent() && linger.isPresent()) {
            try {
                Values.budgets(timeout.get(), linger.get());
            } catch (IllegalArgumentException e) {
                mistakes.add("shutdown.timeout and shutdown.linger: " + e.getMessage());
            }
        }
    }

    /** What is to be told one after the other has to fit into the time that there is for it. */
    private static void checkSockets(Values values, Mistakes mistakes) {
        Optional<Integer> pace = values.find(Settings.SOCKETS_CLOSES_PER_SECOND).filter(rate -> rate > 0);
        Optional<Integer> most = values.find(Settings.SOCKETS_MAX);
        Optional<Duration> timeout = values.find(Settings.SHUTDOWN_TIMEOUT);
        Optional<Duration> linger = values.find(Settings.SHUTDOWN_LINGER);
        if (pace.isPresent() && most.isPresent() && timeout.isPresent() && linger.isPresent()) {
            long needed = (1000L * most.get() + pace.get() - 1) / pace.get();
            long window;
            try {
                window = Values.closeWindow(timeout.get(), linger.get()).toMillis();
            } catch (IllegalArgumentException toldBefore) {
                return;
            }
            if (needed > window) {
                mistakes.add(
                        "sockets.closes-per-second is " + pace.get() + ", so that to tell " + most.get()
                                + " sockets (sockets.max) of the stop takes " + needed + " ms, but there are " + window
                                + " ms for it, an eighth of shutdown.timeout: raise the first or the last, or lower sockets.max");
            }
        }
    }

    /** What a pool refuses beyond the form of each setting, such as options of the URL that are settings of their own. */
    private static void checkPool(Values values, DatabaseSettings settings, String name, Mistakes mistakes) {
        values.findDatabase(settings)
                .filter(database -> database.url().isPresent())
                .ifPresent(database -> {
                    try {
                        database.pool(name);
                    } catch (IllegalArgumentException e) {
                        mistakes.add("db." + name + ": " + e.getMessage());
                    }
                });
    }

    private static void checkNoUrl(Values values, Mistakes mistakes) {
        for (DatabaseSettings database : Settings.DATABASES) {
            if (values.find(database.url()).isPresent()) {
                mistakes.add(
                        database.url().key() + " is set though db.embedded asks for the embedded MariaDB: unset one");
            }
        }
    }

    private static void checkUrls(Values values, Mistakes mistakes) {
        List<DatabaseSettings> missing = Settings.DATABASES.stream()
                .filter(database -> values.isUnset(database.url()))
                .toList();
        if (!missing.isEmpty()) {
            mistakes.add("there is no database: set "
                    + missing.stream()
                            .map(database -> database.url().variable())
                            .collect(Collectors.joining(" and "))
                    + ", or start with " + Settings.DB_EMBEDDED.option() + "=bundled for a trial");
        }
        Optional<String> main = values.find(Settings.DB_MAIN.url());
        if (main.isPresent() && main.equals(values.find(Settings.DB_D4.url()))) {
            mistakes.add("db.main.url and db.d4.url are the same: each needs a database of its own");
        }
    }
}
