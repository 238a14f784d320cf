package dev.quiesce.ops.lint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what does not fit, what does, and what nobody can tell. Not thread-safe. */
final class Findings {
    private final Map<List<Object>, Finding> found = new LinkedHashMap<>();
    private final Set<String> notChecked = new LinkedHashSet<>();
    private int checks;

    /** Takes note of a check, and of what is wrong unless it fits. */
    void expect(Rule rule, boolean fits, String problem, Value<?> first, Value<?> second, String change) {
        checks++;
        if (!fits) {
            // Both colours of a service may share the lines that do not fit: once is enough.
            found.putIfAbsent(List.of(rule, first, second), new Finding(rule, problem, first, second, change));
        }
    }

    /** Takes note of what cannot be told, and why. */
    void notChecked(String what) {
        notChecked.add(what);
    }

    List<Finding> found() {
        return new ArrayList<>(found.values());
    }

    List<String> notChecked() {
        return List.copyOf(notChecked);
    }

    int checks() {
        return checks;
    }
}
