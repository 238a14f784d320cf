package dev.quiesce.lifecycle;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;

/** Tells which of the optional calls a component does something in. Thread-safe; computed once for each class. */
final class Overrides extends ClassValue<Set<String>> {
    private static final Overrides BY_CLASS = new Overrides();

    private Overrides() {}

    /** Returns whether the component has its own version of a call that has a default. */
    static boolean has(Lifecycle component, String call) {
        return BY_CLASS.get(component.getClass()).contains(call);
    }

    @Override
    protected Set<String> computeValue(Class<?> type) {
        Set<String> own = new HashSet<>();
        for (Method call : Lifecycle.class.getMethods()) {
            if (call.isDefault() && !isInherited(type, call)) {
                own.add(call.getName());
            }
        }
        return own;
    }

    private static boolean isInherited(Class<?> type, Method call) {
        try {
            return type.getMethod(call.getName(), call.getParameterTypes()).equals(call);
        } catch (NoSuchMethodException | LinkageError unknown) {
            // Another method of the class names a type that is not there: then the call is made, whatever it does.
            return false;
        }
    }
}
