package dev.quiesce.db;

import dev.quiesce.db.RollCall.Tagged;
import dev.quiesce.lifecycle.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows others at the server that a pool lives, and ends the connections that pools of the same user have left who do not.
 *
 * <p>A connection of its own holds the pool's number, and asks the server ten times in the time that orphans may stay. The
 * server closes it when it has not asked for half of that time: so it ends with the process, and soon after a host that has
 * vanished. Whoever has then been missed for a quarter of that time, and has begun no statement meanwhile, is dead; a pool whose
 * connection has only broken is back before. One pool at a time watches, and another takes over from it as soon as it ends.
 *
 * <p>Thread-safe.
 */
final class Presence {
    private static final Logger log = LoggerFactory.getLogger(MariaDbPool.class);
    private static final int NONE = -1;

    /** How long a pool that is back waits for its number, which another may hold for a moment to see whose it is. */
    private static final int RECLAIM_SECONDS = 1;

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);
    private static final Duration LONGEST_QUIT = Duration.ofMillis(500);
    private static final Duration RESERVE = Duration.ofMillis(50);

    /** How often is looked, after the number was lost, whether connections were opened that do not have it. */
    private static final int LOOKS_AFTER_LOSS = 10;

    /** What some releases of Galera answer to GET_LOCK. */
    private static final int NOT_SUPPORTED_YET = 1235;

    private final PoolConfig config;
    private final Connector connector;
    private final BooleanSupplier evict;
    private final String scope;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final InstanceWatch instances;
    private final Absences<Integer> absences;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Connection connection; // written by one thread after the other
    private volatile Holder holder = new Holder(NONE, 0);
    private volatile boolean untagged;
    private int looksAfterLoss; // of the thread that looks, like the next
    private boolean watching;

    /** The number of the pool, and the id of the connection that holds it. */
    private record Holder(int number, long connectionId) {}

    /**
     * Prepares the presence of a pool.
     *
     * @param config the configuration of the pool
     * @param connector opens connections
     * @param evict replaces the connections of the pool, since others may end those that it has, or nobody would; returns whether
     *     there was a pool
     * @param instances shows that the instance of the service lives as well
     */
    Presence(PoolConfig config, Connector connector, BooleanSupplier evict, InstanceWatch instances) {
        this.config = config;
        this.connector = connector;
        this.evict = evict;
        this.instances = instances;
        this.scope = RollCall.scopeOf(config.user());
        this.absences = new Absences<>(longestAbsence(config).toNanos());
    }

    /** Returns for how long one can be missed that lives. */
    static Duration longestAbsence(PoolConfig config) {
        return config.orphansAfter().dividedBy(4);
    }

    /**
     * Takes a number and begins to look after others, unless the server has no locks to show it by.
     *
     * @throws SQLException if the server cannot be reached
     */
    void start() throws SQLException {
        if (config.orphansAfter().isZero()) {
            return;
        }
        if (config.hasSeveralHosts()) {
            log.info("Pool \"{}\" has several hosts: what dead processes leave there is not ended", config.name());
            return;
        }
        try {
            connect(connector.open());
        } catch (Throwable e) {
            disconnect();
            if (!(e instanceof SQLException refused && refused.getErrorCode() == NOT_SUPPORTED_YET)) {
                throw e;
            }
            log.warn(
                    "Pool \"{}\": what dead processes leave there is not ended, since the server has no locks of its own: {}",
                    config.name(),
                    e.getMessage());
            return;
        }
        Thread looking = Threads.daemon(config.name() + ":presence", this::run);
        thread = looking;
        looking.start();
    }

    /** Makes a connection known as one of the pool. */
    void tag(Connection opened) throws SQLException {
        Holder current = holder;
        if (current.number == NONE || !RollCall.tag(opened, scope, current.number, current.connectionId)) {
            untagged = true;
        }
    }

    /** Gives up the number, which the connections of the pool must not outlast, and does not wait for that. */
    void close() {
        closing.countDown();
    }

    /** Waits until the number has been given up, which a server that does not answer may delay, but for no longer than is worth it. */
    void awaitClosed(Deadline deadline) throws InterruptedException {
        Thread looking = thread;
        if (looking != null) {
            Threads.hasEnded(looking, deadline.minus(RESERVE).atMost(LONGEST_QUIT));
        }
    }

    private void run() {
        try {
            while (!closing.await(config.orphansAfter().toNanos() / 10, TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            log.warn("Pool \"{}\" no longer shows that it lives: its thread was interrupted", config.name());
        }
        disconnect();
    }

    private void look() {
        try {
            Connection current = connection;
            if (current == null) {
                watching = false;
                absences.forget();
                connect(connector.open());
                log.info("Pool \"{}\" shows again that it lives", config.name());
                return;
            }
            RollCall roll = new RollCall(current, scope);
            watching = watching || roll.takeWatch();
            if (watching) {
                endOrphans(roll);
            }
            instances.look(roll);
            replaceUntagged();
        } catch (Throwable e) {
            // Whatever it is: without this thread others would take a pool that lives for dead.
            if (connection != null && closing.getCount() > 0) {
                log.warn(
                        "Pool \"{}\" cannot show that it lives, and others may take it for dead after {} s: {}",
                        config.name(),
                        config.orphansAfter().toSeconds(),
                        e.toString());
            }
            disconnect();
        }
    }

    private void connect(Connection opened) throws SQLException {
        connection = opened;
        long leaseSeconds = config.orphansAfter().toSeconds() / 2;
        opened.setNetworkTimeout(Runnable::run, (int) Math.min(LONGEST_SILENCE.toMillis(), leaseSeconds * 1000));
        try (Statement statement = opened.createStatement()) {
            statement.execute("set session wait_timeout = " + leaseSeconds);
        }
        RollCall roll = new RollCall(opened, scope);
        int before = holder.number;
        int number = before != NONE && roll.claim(before, RECLAIM_SECONDS) ? before : claimAny(roll);
        holder = new Holder(number, roll.connectionId());
        instances.connected(roll);
        boolean again = thread != null;
        if (again) {
            untagged = untagged || number != before;
            looksAfterLoss = LOOKS_AFTER_LOSS;
        }
    }

    /** Only for a while after a loss: behind an address that stands for several servers some would never be known. */
    private void replaceUntagged() {
        if (looksAfterLoss > 0) {
            looksAfterLoss--;
            if (untagged && evict.getAsBoolean()) {
                untagged = false;
            }
        }
    }

    private int claimAny(RollCall roll) throws SQLException {
        int first = ThreadLocalRandom.current().nextInt(RollCall.NUMBERS);
        for (int i = 0; i < RollCall.NUMBERS; i++) {
            int number = (first + i) % RollCall.NUMBERS;
            if (roll.claim(number, 0)) {
                if (roll.connectionsOf(number).isEmpty()) {
                    return number;
                }
                roll.release(number);
            }
        }
        log.warn(
                "Pool \"{}\": {} pools live at {} already; if this one dies, nobody ends what it leaves there",
                config.name(),
                RollCall.NUMBERS,
                config.hosts());
        return NONE;
    }

    private void endOrphans(RollCall roll) throws SQLException {
        Map<Integer, Long> idleNanos = new HashMap<>();
        for (Tagged tagged : roll.leftBehind()) {
            idleNanos.merge(tagged.number(), TimeUnit.MILLISECONDS.toNanos(tagged.millis()), Math::min);
        }
        for (int number : absences.dead(idleNanos, System.nanoTime())) {
            // With the number held, no pool can take it whose connections would be ended with those of the dead one.
            if (roll.claim(number, 0)) {
                try {
                    endAll(roll, roll.connectionsOf(number));
                } finally {
                    roll.release(number);
                }
            }
        }
    }

    private void endAll(RollCall roll, List<Tagged> orphans) {
        for (Tagged orphan : orphans) {
            try {
                roll.end(orphan);
                log.warn("Pool \"{}\" has ended what a dead pool has left at the server: {}", config.name(), orphan);
            } catch (SQLException e) {
                log.warn(
                        "Pool \"{}\" cannot end what a dead pool has left at the server: {}: {}",
                        config.name(),
                        orphan,
                        e.getMessage());
            }
        }
    }

    private void disconnect() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                log.warn("Pool \"{}\": a connection could not be closed: {}", config.name(), e.getMessage());
            }
        }
    }
}
