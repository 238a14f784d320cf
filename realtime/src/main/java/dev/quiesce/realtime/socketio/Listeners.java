package dev.quiesce.realtime.socketio;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Listeners by the names of their events, in maps that do not change. */
final class Listeners {
    private Listeners() {}

    static Map<String, List<EventListener>> with(
            Map<String, List<EventListener>> before, String event, EventListener listener) {
        Map<String, List<EventListener>> after = new HashMap<>(before);
        List<EventListener> same = new ArrayList<>(after.getOrDefault(event, List.of()));
        same.add(requireNonNull(listener, "listener"));
        after.put(requireNonNull(event, "event"), List.copyOf(same));
        return Map.copyOf(after);
    }
}
