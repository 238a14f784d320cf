package dev.quiesce.ops.lint;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Two things that do not fit.
 *
 * @param problem what comes of it, with the figures
 * @param change what to do about it
 */
record Finding(Rule rule, String problem, Value<?> first, Value<?> second, String change) {
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rule", rule.id());
        map.put("problem", problem);
        map.put("first", map(first));
        map.put("second", map(second));
        map.put("change", change);
        return map;
    }

    private static Map<String, Object> map(Value<?> value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", value.name());
        map.put("value", value.text());
        map.put("file", value.place().file());
        map.put("line", value.place().line());
        return map;
    }
}
