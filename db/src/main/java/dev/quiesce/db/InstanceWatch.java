package dev.quiesce.db;

import dev.quiesce.lifecycle.InstanceRemains;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows by a lock of the server that this instance of a service lives, and tells those who keep something of other instances which of
 * these have no such lock any more.
 *
 * <p>The name of an instance says at which server it has the lock, since a URL may lead to several: nothing is said of an instance
 * from another one. Only an instance that has had the lock knows its name, so that whoever has none is never taken for dead.
 *
 * <p>{@link #add} is safe for use by many threads, the rest is for the thread of the {@link Presence}.
 */
final class InstanceWatch {
    private static final Logger log = LoggerFactory.getLogger(MariaDbPool.class);
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-[0-9a-f]{32}");

    private final String pool;
    private final Absences<String> absences;
    private final List<InstanceRemains> all = new CopyOnWriteArrayList<>();
    private @Nullable String own;
    private String server = "";
    private boolean shown;
    private boolean failing;

    /**
     * Watches for a pool.
     *
     * @param pool the name of the pool, for the log
     * @param longestAbsence who has been absent for so long is dead
     */
    InstanceWatch(String pool, Duration longestAbsence) {
        this.pool = pool;
        this.absences = new Absences<>(longestAbsence.toNanos());
    }

    void add(InstanceRemains remains) {
        all.add(remains);
    }

    /** Begins anew by another connection, as nobody knows who has lived meanwhile. */
    void connected(RollCall roll) throws SQLException {
        absences.forget();
        shown = false;
        if (!all.isEmpty()) {
            server = RollCall.scopeOf(roll.server());
            show(roll);
        }
    }

    /** Looks who lives, and tells who has died. */
    void look(RollCall roll) throws SQLException {
        if (all.isEmpty()) {
            return;
        }
        show(roll);
        boolean failedBefore = failing;
        failing = false;
        Map<InstanceRemains, Set<String>> known = new LinkedHashMap<>();
        all.forEach(each -> call(() -> known.put(each, others(each)), failedBefore));
        Set<String> asked = new HashSet<>();
        known.values().forEach(asked::addAll);
        Map<String, Long> missed = new HashMap<>();
        // Nothing is known of what they do: only their lock counts.
        roll.notShown(asked).forEach(name -> missed.put(name, Long.MAX_VALUE));
        for (String dead : absences.dead(missed, System.nanoTime())) {
            known.forEach((remains, others) -> {
                if (others.contains(dead)) {
                    call(() -> remains.instanceDied(dead), failedBefore);
                }
            });
        }
    }

    /** The lock of one that has lost its connection is free once the server has noticed. */
    private void show(RollCall roll) throws SQLException {
        if (shown) {
            return;
        }
        String name = own != null ? own : newName();
        shown = roll.show(name);
        if (shown && own == null) {
            own = name;
            all.forEach(each -> call(() -> each.instanceLives(name), false));
        }
    }

    private String newName() {
        return server + "-" + UUID.randomUUID().toString().replace("-", "");
    }

    private Set<String> others(InstanceRemains remains) {
        Set<String> others = new HashSet<>();
        for (String name : remains.otherInstances()) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches() && matcher.group(1).equals(server) && !name.equals(own)) {
                others.add(name);
            }
        }
        return others;
    }

    /** Whatever it throws: without this thread others would take a pool that lives for dead. */
    private void call(Runnable remains, boolean failedBefore) {
        try {
            remains.run();
        } catch (Throwable e) {
            failing = true;
            if (!failedBefore) {
                log.error("Pool \"{}\": what is kept of instances that die may not be cleaned", pool, e);
            }
        }
    }
}
