package dev.quiesce.lifecycle.testing;

import java.util.ArrayList;
import java.util.List;

/** Collects events in the order in which they happen, to be compared with the exact list expected. Thread-safe. */
public final class EventLog {
    private final List<String> events = new ArrayList<>();

    /** Adds an event. */
    public synchronized void add(String event) {
        events.add(event);
    }

    /** Returns the events so far. */
    public synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** Returns the events so far that begin with one of the prefixes. */
    public synchronized List<String> events(String... prefixes) {
        return events.stream()
                .filter(event -> List.of(prefixes).stream().anyMatch(event::startsWith))
                .toList();
    }

    /** Returns where the event stands, or -1 if it has not happened. */
    public synchronized int indexOf(String event) {
        return events.indexOf(event);
    }
}
