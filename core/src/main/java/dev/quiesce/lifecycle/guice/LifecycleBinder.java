package dev.quiesce.lifecycle.guice;

import com.google.inject.Binder;
import com.google.inject.Key;
import com.google.inject.PrivateBinder;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.name.Names;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.LifecycleListener;
import dev.quiesce.lifecycle.StopSequence;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Registers components from within a Guice module.
 *
 * <pre>{@code
 * LifecycleBinder.of(binder()).component("http", HttpServer.class);
 * }</pre>
 *
 * <p>What a component depends on is read from the injection graph when the {@code Coordinator} is created. Name other
 * components only for what injection cannot show: a {@code Provider}, or a side effect. A component has to be a singleton,
 * since what is started must be what others use. Something that only a {@code Provider} would create later takes part as
 * well, since all components are created with the coordinator.
 *
 * <p>Installs {@link LifecycleModule}. Not safe for use by several threads, as Guice's binders are not.
 */
public final class LifecycleBinder {
    private final Binder binder;
    private final @Nullable PrivateBinder hidden;

    private LifecycleBinder(Binder binder, @Nullable PrivateBinder hidden) {
        this.binder = binder;
        this.hidden = hidden;
    }

    /** Returns a binder that registers components with the module of the given binder. */
    public static LifecycleBinder of(Binder binder) {
        Binder caller = binder.skipSources(LifecycleBinder.class);
        caller.install(new LifecycleModule());
        return new LifecycleBinder(caller, null);
    }

    /**
     * Returns a binder that registers components from within a private module. Their keys may stay private. What concerns
     * the whole service cannot be set here, and {@link LifecycleModule} has to be installed outside.
     */
    public static LifecycleBinder of(PrivateBinder binder) {
        PrivateBinder caller = binder.skipSources(LifecycleBinder.class);
        return new LifecycleBinder(caller, caller);
    }

    /**
     * Registers a component.
     *
     * @param name its name in orders, logs and reports
     * @param type its type, which Guice creates as a singleton
     * @param alsoDependsOn names of components that it depends on besides those that injection shows
     */
    public LifecycleBinder component(String name, Class<? extends Lifecycle> type, String... alsoDependsOn) {
        binder.bind(type).in(Scopes.SINGLETON);
        return component(name, Key.get(type), alsoDependsOn);
    }

    /**
     * Registers a component that is bound elsewhere, as a singleton.
     *
     * @param name its name in orders, logs and reports
     * @param key its key
     * @param alsoDependsOn names of components that it depends on besides those that injection shows
     */
    public LifecycleBinder component(String name, Key<? extends Lifecycle> key, String... alsoDependsOn) {
        add(new Registration(name, key, Set.of(alsoDependsOn), false));
        return this;
    }

    /**
     * Registers a component that starts before and stops after every other that it does not itself depend on.
     *
     * @param name its name in orders, logs and reports
     * @param type its type, which Guice creates as a singleton
     */
    public LifecycleBinder foundation(String name, Class<? extends Lifecycle> type) {
        binder.bind(type).in(Scopes.SINGLETON);
        return foundation(name, Key.get(type));
    }

    /**
     * Registers a component that is bound elsewhere, as a singleton, and that starts before and stops after every other
     * that it does not itself depend on.
     *
     * @param name its name in orders, logs and reports
     * @param key its key
     */
    public LifecycleBinder foundation(String name, Key<? extends Lifecycle> key) {
        add(new Registration(name, key, Set.of(), true));
        return this;
    }

    /** Sets the order in which components should stop as far as dependencies allow. None by default; may be set once. */
    public LifecycleBinder preferStop(StopSequence sequence) {
        requireOutside("The preferred stop sequence");
        OptionalBinder.newOptionalBinder(binder, StopSequence.class)
                .setBinding()
                .toInstance(sequence);
        return this;
    }

    /** Sets the time budgets. {@link Budgets#defaults()} by default; may be set once. */
    public LifecycleBinder budgets(Budgets budgets) {
        requireOutside("Budgets");
        OptionalBinder.newOptionalBinder(binder, Budgets.class).setBinding().toInstance(budgets);
        return this;
    }

    /** Adds a listener, which Guice creates. */
    public LifecycleBinder listener(Class<? extends LifecycleListener> type) {
        requireOutside("A listener");
        Multibinder.newSetBinder(binder, LifecycleListener.class).addBinding().to(type);
        return this;
    }

    private void requireOutside(String what) {
        if (hidden != null) {
            binder.addError("%s cannot be set in a private module, since it concerns the whole service", what);
        }
    }

    /** By its own key for each name, so that Guice itself says where a name is used twice. */
    private void add(Registration registration) {
        Key<Registration> key = Key.get(Registration.class, Names.named(registration.name()));
        binder.bind(key).toInstance(registration);
        if (hidden != null) {
            hidden.expose(key);
        }
    }
}
