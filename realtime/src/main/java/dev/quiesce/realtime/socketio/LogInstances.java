package dev.quiesce.realtime.socketio;

import dev.quiesce.lifecycle.InstanceRemains;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The instances that share a log, by the ids that they have in its tables. The id of one that somebody shows to live says so, and only
 * such a one can be said to be dead; all others are known by their lease. Thread-safe.
 */
final class LogInstances implements InstanceRemains {
    private static final String SHOWN = "shown:";

    private final AtomicReference<@Nullable String> own = new AtomicReference<>();
    private final Set<String> dead = ConcurrentHashMap.newKeySet();
    private volatile Set<String> others = Set.of();

    @Override
    public void instanceLives(String name) {
        own.compareAndSet(null, SHOWN + name);
    }

    @Override
    public Set<String> otherInstances() {
        return others;
    }

    @Override
    public void instanceDied(String name) {
        dead.add(SHOWN + name);
    }

    /** Returns the id of this instance, which does not change once it has been asked for. */
    String own() {
        String id = own.get();
        if (id == null) {
            own.compareAndSet(null, Ids.longId());
            id = own();
        }
        return id;
    }

    /** Notes which instances are to be watched: of those that are known, those that can be. */
    void know(Set<String> ids) {
        Set<String> found = new HashSet<>(ids);
        found.remove(own());
        others = found.stream()
                .filter(id -> id.startsWith(SHOWN))
                .map(id -> id.substring(SHOWN.length()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether some have been said to be dead. */
    boolean hasDead() {
        return !dead.isEmpty();
    }

    /** Returns those that have been said to be dead, once. */
    Set<String> takeDead() {
        Set<String> taken = new HashSet<>(dead);
        dead.removeAll(taken);
        return taken;
    }
}
