package dev.quiesce.realtime.socketio;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The events of the last minutes. Not safe for use by several threads. */
final class RecentEvents {
    private final Retention retention;
    private final NavigableMap<Long, Event> events = new TreeMap<>();
    private long forgottenUpTo;

    /**
     * An event that is kept.
     *
     * @param id its position: higher than that of every event before
     * @param epoch of the log; an id may come again in another one
     * @param millis when it was kept
     */
    record Event(long id, String epoch, long millis, String namespace, Audience audience, String json) {
        String offset() {
            return RecentEvents.offset(id, epoch);
        }
    }

    RecentEvents(Retention retention, long position) {
        this.retention = retention;
        this.forgottenUpTo = position;
    }

    /** Returns a position as clients know it. */
    static String offset(long id, String epoch) {
        return Long.toString(id, Character.MAX_RADIX) + '.' + epoch;
    }

    void add(Event event) {
        events.put(event.id(), event);
        while (events.size() > retention.events() || isOld(events.firstEntry().getValue(), event.millis())) {
            forgottenUpTo = events.pollFirstEntry().getKey();
        }
    }

    private boolean isOld(Event event, long now) {
        return now - event.millis() > retention.time().toMillis();
    }

    int size() {
        return events.size();
    }

    /**
     * Returns the position after which a session has missed everything, or nothing if that cannot be told any more.
     *
     * @param offset what the client says to have; null if it has got nothing
     */
    OptionalLong position(Session session, @Nullable String offset) {
        long start = session.since;
        if (offset != null) {
            int dot = offset.indexOf('.');
            long id = dot < 0 ? -1 : parse(offset.substring(0, dot));
            if (id < 0) {
                return OptionalLong.empty();
            }
            if (id > start) {
                Event last = events.get(id);
                if (last == null || !last.epoch().equals(offset.substring(dot + 1))) {
                    return OptionalLong.empty();
                }
                start = id;
            }
        }
        return start >= forgottenUpTo ? OptionalLong.of(start) : OptionalLong.empty();
    }

    private static long parse(String id) {
        try {
            return Long.parseLong(id, Character.MAX_RADIX);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Returns the events for a session that came after a position. */
    List<Event> missed(Session session, long position) {
        List<Event> missed = new ArrayList<>();
        for (Event event : events.tailMap(position, false).values()) {
            if (event.namespace().equals(session.namespace) && event.audience().includes(session.id, session.rooms)) {
                missed.add(event);
            }
        }
        return missed;
    }
}
