package dev.quiesce.realtime.socketio;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The events of the last minutes. Not safe for use by several threads. */
final class RecentEvents {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** What an event costs beside its JSON until it has been sent, in bytes. */
    private static final int OVERHEAD = 128;

    private final Retention retention;
    private final long mostMissed;
    private final NavigableMap<Long, Event> events = new TreeMap<>();
    private long forgottenUpTo;
    /** Where the log was when the first event that is known came. */
    private String base;

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

    /**
     * Makes one that knows nothing yet.
     *
     * @param position where the log is
     * @param epoch the epoch that this position is told to clients with, as long as there is no event
     * @param mostMissed the most that is sent to a client that comes back, in bytes
     */
    RecentEvents(Retention retention, long position, String epoch, long mostMissed) {
        this.retention = retention;
        this.mostMissed = mostMissed;
        this.forgottenUpTo = position;
        this.base = offset(position, epoch);
    }

    /** Returns a position as clients know it. */
    static String offset(long id, String epoch) {
        return Long.toString(id, Character.MAX_RADIX) + '.' + epoch;
    }

    void add(Event event) {
        events.put(event.id(), event);
        while (events.size() > retention.events() || isOld(events.firstEntry().getValue(), event.millis())) {
            Event forgotten = events.pollFirstEntry().getValue();
            forgottenUpTo = forgotten.id();
            base = forgotten.offset();
        }
    }

    private boolean isOld(Event event, long now) {
        return now - event.millis() > retention.time().toMillis();
    }

    /** Returns the position of the last event, as clients know it. */
    String offset() {
        return events.isEmpty() ? base : events.lastEntry().getValue().offset();
    }

    /**
     * Returns the position after which a session has missed everything, or nothing if that cannot be told any more, or is too much.
     *
     * @param offset what the client says to have; null if it has got nothing
     */
    OptionalLong position(Session session, @Nullable String offset) {
        long start = offset == null ? session.since : Math.max(session.since, known(offset, session.since));
        if (start < forgottenUpTo || start == UNKNOWN) {
            return OptionalLong.empty();
        }
        long size = 0;
        for (Event event : missed(session, start)) {
            size += event.json().getBytes(StandardCharsets.UTF_8).length + OVERHEAD;
        }
        return size > mostMissed ? OptionalLong.empty() : OptionalLong.of(start);
    }

    /** Returns the id of an offset, or what is higher than every id if it is not one of this log. */
    private long known(String offset, long since) {
        int dot = offset.indexOf('.');
        long id = dot < 0 ? UNKNOWN : parse(offset.substring(0, dot));
        if (id <= since || offset.equals(base)) {
            return id;
        }
        Event last = events.get(id);
        return last != null && last.offset().equals(offset) ? id : UNKNOWN;
    }

    private static long parse(String id) {
        try {
            return Long.parseLong(id, Character.MAX_RADIX);
        } catch (NumberFormatException e) {
            return UNKNOWN;
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
