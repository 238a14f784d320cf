package dev.quiesce.lifecycle.guice;

import com.google.inject.Key;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.Set;

/** One component that a module has registered. Immutable. No record, whose methods take the JVM milliseconds of every start. */
final class Registration {
    final String name;
    final Key<? extends Lifecycle> key;
    final Set<String> alsoDependsOn;
    final boolean foundation;

    Registration(String name, Key<? extends Lifecycle> key, Set<String> alsoDependsOn, boolean foundation) {
        this.name = name;
        this.key = key;
        this.alsoDependsOn = alsoDependsOn;
        this.foundation = foundation;
    }
}
