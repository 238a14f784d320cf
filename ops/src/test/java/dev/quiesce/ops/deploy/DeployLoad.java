package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.EchoSockets;
import dev.quiesce.web.testing.KeptLoad;
import dev.quiesce.web.testing.OpenLoad;
import java.net.InetSocketAddress;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/**
 * 150 requests a second through nginx, half of them POSTs: 50 on connections of their own, 100 on 12 that are kept; and 6 WebSockets
 * that come back when they are closed. Not safe for use by several threads.
 */
final class DeployLoad implements AutoCloseable {
    private static final int OPEN_PER_SECOND = 50;
    private static final int KEPT_PER_SECOND = 100;
    private static final int CONNECTIONS = 12;
    private static final int SERVICE_RESTART = 1012;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static final int SOCKETS = 6;

    private final EchoSockets sockets;
    private final OpenLoad open;
    private final KeptLoad kept;

    private DeployLoad(EchoSockets sockets, OpenLoad open, KeptLoad kept) {
        this.sockets = sockets;
        this.open = open;
        this.kept = kept;
    }

    static DeployLoad start(InetSocketAddress address) throws InterruptedException, TimeoutException {
        return new DeployLoad(
                EchoSockets.open(address, SOCKETS),
                OpenLoad.start(address, OPEN_PER_SECOND),
                KeptLoad.start(address, CONNECTIONS, KEPT_PER_SECOND));
    }

    /** Returns the ids of the rows that services have committed in a database. */
    static Set<String> committed(String url, String user, String password) throws SQLException {
        Set<String> ids = new HashSet<>();
        try (var connection = DriverManager.getConnection(url, user, password);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from drill_tx")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    /** Waits until all that has been asked so far is answered, and every socket is open. */
    void awaitCalm() throws InterruptedException, TimeoutException {
        open.awaitAnswersSoFar();
        sockets.awaitAllOpen();
    }

    /** Returns how often a socket has been closed. */
    int closes() {
        return sockets.codes().size();
    }

    /** Ends it, and holds what it has seen against what the database has. */
    void assertNothingLost(boolean reloaded, Callable<Set<String>> database, String nginxSays) throws Exception {
        // What takes less than a second is watched for one, or there would be little that could be lost.
        await().atMost(PATIENCE)
                .until(() ->
                        open.sent() > OPEN_PER_SECOND && kept.sent() > KEPT_PER_SECOND && sockets.echoes() > SOCKETS);
        awaitCalm();
        open.end();
        kept.end();
        sockets.close();
        assertThat(open.failures()).as("nginx says %s", nginxSays).isEmpty();
        assertThat(kept.failures()).as("nginx says %s", nginxSays).isEmpty();
        assertThat(sockets.failures()).isEmpty();
        assertThat(sockets.codes()).allMatch(code -> code == SERVICE_RESTART);
        Set<String> committed = database.call();
        assertThat(committed).containsAll(open.committed()).containsAll(kept.committed());
        if (reloaded) {
            // The old worker closes what is idle, now and then just as something comes. That has not been executed.
            assertThat(kept.unanswered()).noneMatch(committed::contains);
        } else {
            assertThat(kept.unanswered()).isEmpty();
            assertThat(kept.repeated() + kept.foundClosed() + kept.toldToClose())
                    .as("connections to nginx that have ended")
                    .isZero();
        }
    }

    /** Returns what its clients have seen, for people. */
    String figures() {
        return open.sent() + kept.sent() + " requests, of which on kept connections " + kept.sent()
                + "; met the end of one: "
                + kept.repeated() + " GETs, " + kept.unanswered().size() + " POSTs; closes of sockets: "
                + sockets.codes().size() + "; longest answer " + open.longest().toMillis() + " ms";
    }

    @Override
    public void close() {
        sockets.close();
        open.close();
        kept.close();
    }
}
