package dev.quiesce.lifecycle.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.StopSequence;
import java.util.Optional;
import java.util.Set;

/**
 * Provides the {@link Coordinator} of all components that modules have registered with a {@link LifecycleBinder}.
 *
 * <p>Components may inject a {@code Provider<Coordinator>}, not the coordinator itself, which is created after them.
 */
public final class LifecycleModule extends AbstractModule {

    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), Registration.class);
        OptionalBinder.newOptionalBinder(binder(), StopSequence.class);
        OptionalBinder.newOptionalBinder(binder(), Budgets.class).setDefault().toInstance(Budgets.defaults());
    }

    @Provides
    @Singleton
    Coordinator coordinator(
            Injector injector, Set<Registration> registrations, Optional<StopSequence> preferred, Budgets budgets) {
        InjectionGraph injection = new InjectionGraph(injector, registrations);
        ComponentGraph.Builder graph = ComponentGraph.builder();
        for (Registration registration : registrations) {
            if (!Scopes.isSingleton(injector.getBinding(registration.key()))) {
                throw new IllegalStateException("Component '" + registration.name() + "' (" + registration.key()
                        + ") is not bound as a singleton: what is started would not be what others use");
            }
            String[] dependencies = injection.dependenciesOf(registration).toArray(String[]::new);
            if (registration.foundation()) {
                graph.addFoundation(registration.name(), injector.getInstance(registration.key()), dependencies);
            } else {
                graph.add(registration.name(), injector.getInstance(registration.key()), dependencies);
            }
        }
        preferred.ifPresent(graph::preferStop);
        return Coordinator.of(graph.build(), budgets);
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
