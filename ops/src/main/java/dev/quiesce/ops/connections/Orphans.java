package dev.quiesce.ops.connections;

import dev.quiesce.ops.connections.Session.Life;
import dev.quiesce.ops.connections.Silence.Pool;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Finds what dead pools have left at a server, and ends it. Not thread-safe. */
final class Orphans {
    private static final long LOOK_MILLIS = 200;

    private final Server server;
    private final List<Session> ended = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    Orphans(Server server) {
        this.server = server;
    }

    /** Returns the connections of pools that do not show that they live. */
    static List<Session> candidates(Snapshot snapshot) {
        return snapshot.sessions().stream()
                .filter(session -> session.life() == Life.silent)
                .toList();
    }

    static Pool poolOf(Session session) {
        return new Pool(session.user(), session.pool().orElseThrow());
    }

    /**
     * Waits until each pool has either been silent for long enough, or shown that it lives, and ends the connections of the
     * former.
     *
     * @param wanted the pools that may be dead; no others are touched
     * @return those of them that live
     */
    Set<Pool> end(Set<Pool> wanted, Duration silentFor) throws SQLException, InterruptedException {
        Silence silence = new Silence(silentFor.toNanos());
        Set<Pool> open = new HashSet<>(wanted);
        Set<Pool> alive = new HashSet<>();
        // One that begins something starts its silence anew, and lives if it goes on doing so.
        long end = System.nanoTime() + 2 * silentFor.toNanos() + TimeUnit.SECONDS.toNanos(1);
        while (!open.isEmpty() && System.nanoTime() < end) {
            Map<Pool, Long> idle = idleNanos(open);
            open.stream().filter(pool -> !idle.containsKey(pool)).forEach(alive::add);
            open.retainAll(idle.keySet());
            for (Pool dead : silence.dead(idle, System.nanoTime())) {
                open.remove(dead);
                if (!endAll(dead)) {
                    alive.add(dead);
                }
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        alive.addAll(open);
        return alive;
    }

    List<Session> ended() {
        return List.copyOf(ended);
    }

    /** Returns what could not be ended, and why. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    private Map<Pool, Long> idleNanos(Set<Pool> open) throws SQLException {
        Map<Pool, Long> idle = new HashMap<>();
        for (Session session : candidates(server.look())) {
            if (open.contains(poolOf(session))) {
                idle.merge(poolOf(session), TimeUnit.MILLISECONDS.toNanos(session.millis()), Math::min);
            }
        }
        return idle;
    }

    /** With the number held, no pool can take it whose connections would be ended with those of the dead one. */
    private boolean endAll(Pool dead) throws SQLException {
        Marks marks = server.marks(dead.user());
        if (!marks.claim(dead.number())) {
            return false;
        }
        try {
            for (Session session : server.look().sessions()) {
                if (session.pool().isPresent() && poolOf(session).equals(dead)) {
                    end(session);
                }
            }
        } finally {
            marks.release(dead.number());
        }
        return true;
    }

    private void end(Session session) {
        try {
            if (server.end(session.id())) {
                ended.add(session);
            }
        } catch (SQLException e) {
            failures.add("connection " + session.id() + " of " + session.user() + ": " + e.getMessage());
        }
    }
}
