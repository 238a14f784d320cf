package dev.quiesce.lifecycle;

/** Tells which of the optional calls a component does something in. Thread-safe; computed once for each class. */
record Overrides(boolean quiesce, boolean drain, boolean inFlight) {
    private static final ClassValue<Overrides> BY_CLASS = new ClassValue<>() {
        @Override
        protected Overrides computeValue(Class<?> type) {
            return new Overrides(
                    overrides(type, "quiesce"), overrides(type, "drain", Deadline.class), overrides(type, "inFlight"));
        }
    };

    static boolean quiesce(Lifecycle component) {
        return BY_CLASS.get(component.getClass()).quiesce;
    }

    static boolean drain(Lifecycle component) {
        return BY_CLASS.get(component.getClass()).drain;
    }

    static boolean inFlight(Lifecycle component) {
        return BY_CLASS.get(component.getClass()).inFlight;
    }

    private static boolean overrides(Class<?> type, String method, Class<?>... parameters) {
        try {
            return type.getMethod(method, parameters).getDeclaringClass() != Lifecycle.class;
        } catch (NoSuchMethodException impossible) {
            throw new AssertionError(type + " implements Lifecycle", impossible);
        }
    }
}
