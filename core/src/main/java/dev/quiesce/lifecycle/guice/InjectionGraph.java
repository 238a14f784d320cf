package dev.quiesce.lifecycle.guice;

import com.google.inject.Binding;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Scopes;
import com.google.inject.spi.Dependency;
import com.google.inject.spi.ExposedBinding;
import com.google.inject.spi.HasDependencies;
import com.google.inject.spi.InjectionPoint;
import com.google.inject.spi.LinkedKeyBinding;
import com.google.inject.spi.ProviderKeyBinding;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds which components a component reaches in the injection graph, through whatever lies between.
 *
 * <p>It sees what Guice shows: the injected constructors, fields and methods, the parameters of {@code @Provides} methods,
 * linked keys, sets and maps of multibinders, and the inside of private modules. It does not see what is asked for later,
 * through an injected {@code Provider} or {@code Injector}.
 */
final class InjectionGraph {
    private final Map<Binding<?>, String> names = new IdentityHashMap<>();

    InjectionGraph(Collection<Component> components) {
        components.forEach(component -> names.put(
                Place.of(component.injector, component.registration.key()).binding, component.registration.name()));
    }

    /** Returns the names of the components that injection shows the given one to depend on, without those reached through them. */
    Set<String> dependenciesOf(Component component) {
        Place root = Place.of(component.injector, component.registration.key());
        Set<String> found = new TreeSet<>();
        Map<Binding<?>, Boolean> seen = new IdentityHashMap<>(Map.of(root.binding, true));
        Deque<Place> open = new ArrayDeque<>(root.next());
        while (!open.isEmpty()) {
            Place place = open.remove();
            if (seen.putIfAbsent(place.binding, true) != null) {
                continue;
            }
            String name = names.get(place.binding);
            if (name != null) {
                found.add(name);
            } else {
                open.addAll(place.next());
            }
        }
        return found;
    }

    /**
     * A binding and the injector that sees what it needs. Keys do not tell bindings apart, since private modules may bind
     * the same; one instance may have several keys, of which the binding that makes it stands for all.
     */
    private static final class Place {
        private final Injector injector;
        private final Binding<?> binding;

        private Place(Injector injector, Binding<?> binding) {
            this.injector = injector;
            this.binding = binding;
        }

        static Place of(Injector injector, Key<?> key) {
            Binding<?> binding = injector.getBinding(key);
            if (binding instanceof ExposedBinding<?> exposed) {
                return of(exposed.getPrivateElements().getInjector(), key);
            }
            if (binding instanceof LinkedKeyBinding<?> linked) {
                Place target = of(injector, linked.getLinkedKey());
                if (Scopes.isSingleton(target.binding)) {
                    return target;
                }
            }
            return new Place(injector, binding);
        }

        List<Place> next() {
            List<Place> next = new ArrayList<>();
            if (binding instanceof LinkedKeyBinding<?> linked) {
                next.add(of(injector, linked.getLinkedKey()));
            }
            if (binding instanceof ProviderKeyBinding<?> provided) {
                next.add(of(injector, provided.getProviderKey()));
            }
            if (binding instanceof HasDependencies dependent) {
                for (Dependency<?> dependency : dependent.getDependencies()) {
                    if (!isDeferred(dependency.getKey()) && !isMissing(dependency)) {
                        next.add(of(injector, dependency.getKey()));
                    }
                }
            }
            return next;
        }

        /** Guice leaves an optional member alone if there is no binding for it. */
        private boolean isMissing(Dependency<?> dependency) {
            InjectionPoint point = dependency.getInjectionPoint();
            return point != null && point.isOptional() && injector.getExistingBinding(dependency.getKey()) == null;
        }

        private static boolean isDeferred(Key<?> key) {
            Class<?> type = key.getTypeLiteral().getRawType();
            return type == Injector.class
                    || type == com.google.inject.Provider.class
                    || type == jakarta.inject.Provider.class;
        }
    }
}
