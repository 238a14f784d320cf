package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.socketio.LogTables.Head;
import dev.quiesce.realtime.socketio.RecentEvents.Event;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** What an instance knows of a log in the database. For use by the thread of the log. */
final class Known {
    private final Retention retention;
    private final RecentEvents events;
    private final Map<String, Session> present = new HashMap<>();
    private long position;

    private Known(Retention retention, RecentEvents events, long position) {
        this.retention = retention;
        this.events = events;
        this.position = position;
    }

    /** Reads what has happened lately. */
    static Known read(LogTables tables, Retention retention, long mostMissed) throws SQLException {
        Head head = tables.head();
        long oldest = head.now() - retention.time().toMillis();
        long base = tables.positionAt(oldest, retention.events(), head);
        RecentEvents events = new RecentEvents(retention, base, Long.toString(head.epoch()), mostMissed);
        for (Event event : tables.events(base, head.position())) {
            events.add(event);
        }
        return new Known(retention, events, head.position());
    }

    RecentEvents events() {
        return events;
    }

    /** Returns the sessions whose clients are here, by what they recover by. */
    Map<String, Session> present() {
        return present;
    }

    /** Returns the id of the last event that has been handed on. */
    long position() {
        return position;
    }

    void advance(long to) {
        position = to;
    }

    /** Returns the time before which everything is forgotten. */
    long oldest(long now) {
        return now - retention.time().toMillis();
    }

    Retention retention() {
        return retention;
    }
}
