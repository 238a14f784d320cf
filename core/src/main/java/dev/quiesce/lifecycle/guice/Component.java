package dev.quiesce.lifecycle.guice;

import com.google.inject.Binding;
import com.google.inject.Injector;
import com.google.inject.Scopes;
import com.google.inject.TypeLiteral;
import com.google.inject.spi.ExposedBinding;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A registration and the injector of the module in which it was made. */
final class Component {
    private static final TypeLiteral<Registration> TYPE = TypeLiteral.get(Registration.class);

    final Injector injector;
    final Registration registration;

    private Component(Injector injector, Registration registration) {
        this.injector = injector;
        this.registration = registration;
    }

    /** Returns all that have been registered, in private modules too. */
    static List<Component> all(Injector injector) {
        Map<Registration, Component> found = new IdentityHashMap<>();
        collect(injector, found);
        List<Component> byName = new ArrayList<>(found.values());
        byName.sort(Comparator.comparing(component -> component.registration.name()));
        return byName;
    }

    /**
     * Returns the instance.
     *
     * @throws IllegalStateException if it is no singleton
     */
    Lifecycle lifecycle() {
        if (!Scopes.isSingleton(injector.getBinding(registration.key()))) {
            throw new IllegalStateException("Component '" + registration.name() + "' (" + registration.key()
                    + ") is not bound as a singleton: what is started would not be what others use");
        }
        return injector.getInstance(registration.key());
    }

    private static void collect(Injector injector, Map<Registration, Component> found) {
        for (Binding<Registration> binding : injector.findBindingsByType(TYPE)) {
            if (binding instanceof ExposedBinding<?> exposed) {
                collect(exposed.getPrivateElements().getInjector(), found);
            } else {
                Registration registration = binding.getProvider().get();
                found.putIfAbsent(registration, new Component(injector, registration));
            }
        }
    }
}
