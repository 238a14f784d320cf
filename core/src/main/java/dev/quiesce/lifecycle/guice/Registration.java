package dev.quiesce.lifecycle.guice;

import com.google.inject.Key;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.Set;

/** One component that a module has registered. Equal ones are one, as Guice takes equal bindings for one. */
record Registration(String name, Key<? extends Lifecycle> key, Set<String> alsoDependsOn, boolean foundation) {

    /** Generating a record's hash code takes the JVM several milliseconds of every start. */
    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
