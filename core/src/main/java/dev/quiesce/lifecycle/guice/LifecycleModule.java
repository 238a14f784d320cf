package dev.quiesce.lifecycle.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.InvalidGraphException;
import dev.quiesce.lifecycle.LifecycleListener;
import dev.quiesce.lifecycle.StopSequence;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Provides the {@link Coordinator} of all components that modules have registered with a {@link LifecycleBinder}.
 *
 * <p>Getting the coordinator throws an {@link InvalidGraphException}, wrapped by Guice, if the components cannot be
 * ordered, or a dependency was declared against what injection shows.
 *
 * <p>Components may inject a {@code Provider<Coordinator>}, not the coordinator itself, which is created after them.
 */
public final class LifecycleModule extends AbstractModule {

    /** Makes the module; all are equal, so that Guice installs one. */
    public LifecycleModule() {}

    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), LifecycleListener.class);
        OptionalBinder.newOptionalBinder(binder(), StopSequence.class);
        OptionalBinder.newOptionalBinder(binder(), Budgets.class).setDefault().toInstance(Budgets.defaults());
    }

    @Provides
    @Singleton
    Coordinator coordinator(
            Injector injector, Optional<StopSequence> preferred, Budgets budgets, Set<LifecycleListener> listeners) {
        List<Component> components = Component.all(injector);
        Dependencies dependencies = Dependencies.of(components);
        ComponentGraph.Builder graph = ComponentGraph.builder();
        for (Component component : components) {
            Registration registration = component.registration;
            String[] needs = dependencies.of(registration.name()).toArray(String[]::new);
            if (registration.foundation()) {
                graph.addFoundation(registration.name(), component.lifecycle(), needs);
            } else {
                graph.add(registration.name(), component.lifecycle(), needs);
            }
        }
        preferred.ifPresent(graph::preferStop);
        Coordinator coordinator = Coordinator.of(graph.build(), budgets);
        listeners.forEach(coordinator::listen);
        return coordinator;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LifecycleModule;
    }

    @Override
    public int hashCode() {
        return LifecycleModule.class.hashCode();
    }
}
