package dev.quiesce.db;

import dev.quiesce.lifecycle.InstanceRemains;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/** Knows of the instances that a test names, and remembers what it is told. Thread-safe. */
final class RecordedInstances implements InstanceRemains {
    final Set<String> others = new CopyOnWriteArraySet<>();
    final List<String> dead = new CopyOnWriteArrayList<>();
    volatile boolean fails;
    volatile @Nullable String own;

    @Override
    public void instanceLives(String name) {
        own = name;
        failIfAsked();
    }

    @Override
    public Set<String> otherInstances() {
        failIfAsked();
        return others;
    }

    @Override
    public void instanceDied(String name) {
        dead.add(name);
        failIfAsked();
    }

    private void failIfAsked() {
        if (fails) {
            throw new IllegalStateException("as the test asks for");
        }
    }
}
