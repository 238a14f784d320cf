package dev.quiesce.lifecycle.guice;

import com.google.inject.Binding;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.spi.Dependency;
import com.google.inject.spi.ExposedBinding;
import com.google.inject.spi.HasDependencies;
import com.google.inject.spi.LinkedKeyBinding;
import com.google.inject.spi.ProviderKeyBinding;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds which components a component reaches in the injection graph, through whatever lies between.
 *
 * <p>It sees what Guice shows: the injected constructors, fields and methods, the parameters of {@code @Provides} methods,
 * linked keys, sets and maps of multibinders, and what private modules expose. It does not see what is asked for later,
 * through an injected {@code Provider} or {@code Injector}.
 */
final class InjectionGraph {
    private final Injector injector;
    private final Map<Key<?>, String> names = new HashMap<>();

    InjectionGraph(Injector injector, Collection<Registration> registrations) {
        this.injector = injector;
        registrations.forEach(registration -> names.put(registration.key(), registration.name()));
    }

    /** Returns the names of the components that the given one depends on, without those reached through them. */
    Set<String> dependenciesOf(Registration registration) {
        Set<String> found = new TreeSet<>(registration.alsoDependsOn());
        Set<Visit> seen = new HashSet<>();
        Deque<Visit> open = new ArrayDeque<>();
        Visit root = new Visit(injector, registration.key());
        seen.add(root);
        open.add(root);
        while (!open.isEmpty()) {
            Visit visit = open.remove();
            String name = names.get(visit.key());
            if (name != null && !visit.key().equals(root.key())) {
                found.add(name);
            } else {
                visit.next().stream().filter(seen::add).forEach(open::add);
            }
        }
        return found;
    }

    /** A key as one injector sees it; private modules have injectors of their own. */
    private record Visit(Injector injector, Key<?> key) {

        @Override
        public int hashCode() {
            return key.hashCode();
        }

        Set<Visit> next() {
            Binding<?> binding = injector.getBinding(key);
            Set<Visit> next = new HashSet<>();
            if (binding instanceof ExposedBinding<?> exposed) {
                next.add(new Visit(exposed.getPrivateElements().getInjector(), key));
                return next;
            }
            if (binding instanceof LinkedKeyBinding<?> linked) {
                next.add(new Visit(injector, linked.getLinkedKey()));
            }
            if (binding instanceof ProviderKeyBinding<?> provided) {
                next.add(new Visit(injector, provided.getProviderKey()));
            }
            if (binding instanceof HasDependencies dependent) {
                dependent.getDependencies().stream()
                        .map(Dependency::getKey)
                        .filter(needed -> !isDeferred(needed))
                        .forEach(needed -> next.add(new Visit(injector, needed)));
            }
            return next;
        }

        private static boolean isDeferred(Key<?> key) {
            Class<?> type = key.getTypeLiteral().getRawType();
            return type == Injector.class
                    || type == com.google.inject.Provider.class
                    || type == jakarta.inject.Provider.class;
        }
    }
}
