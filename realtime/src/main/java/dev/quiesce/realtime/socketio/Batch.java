package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.socketio.KeptSessions.Row;
import dev.quiesce.realtime.socketio.LogTables.Head;
import dev.quiesce.realtime.socketio.RecentEvents.Event;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are kept in one transaction. It can be written again if that has failed, with the same result. For use by the thread of
 * the log.
 */
final class Batch {
    private final long number;
    private final String instance;
    private final List<Entry> entries;
    private final Map<Entry, Event> events = new IdentityHashMap<>();
    private final Map<Entry, Session> fresh = new IdentityHashMap<>();
    private final Map<Entry, Session> recovered = new IdentityHashMap<>();
    private final Map<Entry, Long> from = new IdentityHashMap<>();
    private List<Event> others = List.of();
    private @Nullable Head head;

    Batch(long number, String instance, List<Entry> entries) {
        this.number = number;
        this.instance = instance;
        this.entries = new ArrayList<>(entries);
    }

    /** Removes the clients that want to be let in, and returns them. */
    List<Entry.Admission> withdrawAdmissions() {
        List<Entry.Admission> withdrawn = new ArrayList<>();
        entries.removeIf(entry -> entry instanceof Entry.Admission admission && withdrawn.add(admission));
        return withdrawn;
    }

    long number() {
        return number;
    }

    /**
     * Writes the entries, in the transaction that has begun.
     *
     * @param known what this instance knows of the log; what others have added is added to it
     */
    void write(LogTables tables, Known known) throws SQLException {
        Head now = tables.lockedHead();
        head = now;
        others = tables.events(known.position(), now.position());
        others.forEach(known.events()::add);

        List<Event> added = new ArrayList<>();
        Set<Session> inserted = new LinkedHashSet<>();
        Set<Session> changed = new LinkedHashSet<>();
        Set<Session> left = new LinkedHashSet<>();
        Set<Session> ended = new LinkedHashSet<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Emission emission && emission.isKept()) {
                added.add(event(emission, now.position() + added.size() + 1, now));
            } else if (entry instanceof Entry.Admission admission) {
                long position = now.position() + added.size();
                Session kept = find(admission.request(), tables, known, now);
                if (kept != null && !ended.contains(kept) && admitAgain(admission, kept, tables, known)) {
                    left.remove(kept);
                } else {
                    inserted.add(admitNew(admission, position));
                }
            } else if (entry instanceof Entry.Rooms change && isCurrent(change.socket())) {
                change.socket().session().change(change);
                changed.add(change.socket().session());
            } else if (entry instanceof Entry.Data change && isCurrent(change.socket())) {
                change.socket().session().data = change.data();
                changed.add(change.socket().session());
            } else if (entry instanceof Entry.Departure departure && isCurrent(departure.socket())) {
                (departure.reason().isFinal() ? ended : left)
                        .add(departure.socket().session());
            }
        }
        tables.add(added);
        KeptSessions sessions = tables.sessions();
        sessions.insert(inserted, instance);
        changed.removeAll(inserted);
        sessions.update(changed);
        sessions.leave(left, now.now());
        sessions.delete(ended);
        tables.seen(instance, number, now.position() + 1);
    }

    private static boolean isCurrent(IoSocket socket) {
        return socket.generation() == socket.session().generation;
    }

    private Event event(Entry.Emission emission, long id, Head now) {
        Event event = new Event(
                id,
                Long.toString(now.epoch()),
                now.now(),
                emission.namespace(),
                emission.audience(),
                emission.data().text());
        events.put(emission, event);
        return event;
    }

    private boolean admitAgain(Entry.Admission admission, Session kept, LogTables tables, Known known)
            throws SQLException {
        OptionalLong start = known.events().position(kept, admission.request().offset());
        if (start.isEmpty()) {
            return false;
        }
        kept.generation++;
        tables.sessions().take(kept, instance);
        recovered.put(admission, kept);
        from.put(admission, start.getAsLong());
        return true;
    }

    private Session admitNew(Entry.Admission admission, long position) {
        Connecting request = admission.request();
        recovered.remove(admission);
        return fresh.computeIfAbsent(
                admission,
                first -> new Session(
                        Ids.longId(),
                        Ids.longId(),
                        request.namespace(),
                        request.userOrNull(),
                        position,
                        request.data(),
                        0));
    }

    /** Returns the session that a client may come back to. */
    private static @Nullable Session find(Connecting request, LogTables tables, Known known, Head now)
            throws SQLException {
        String recoveryId = request.recoveryId();
        Row row = recoveryId == null ? null : tables.sessions().find(recoveryId);
        if (row == null
                || !row.session().namespace.equals(request.namespace())
                || !Objects.equals(row.session().user, request.userOrNull())
                || (row.gone() != null && row.gone() < known.oldest(now.now()))) {
            return null;
        }
        Session own = known.present().get(recoveryId);
        if (own == null || own.generation < row.session().generation) {
            return row.session();
        }
        // It may have changed more than is kept so far, and its generation may be one that could not be kept.
        own.generation = row.session().generation;
        return own;
    }

    /** Hands everything on, once it has been kept. */
    void deliver(Known known, Deliveries to) {
        Head kept = Objects.requireNonNull(head, "written");
        others.forEach(event -> deliver(event, to));
        long position = kept.position();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Emission emission) {
                Event event = events.get(entry);
                if (event != null) {
                    known.events().add(event);
                    position = event.id();
                }
                to.emit(emission, known.events().offset());
            } else if (entry instanceof Entry.Admission admission) {
                admit(admission, known, to);
            } else if (entry instanceof Entry.Rooms change) {
                to.change(change);
            } else if (entry instanceof Entry.Departure departure) {
                if (isCurrent(departure.socket())) {
                    known.present().remove(departure.socket().session().recoveryId);
                }
                to.depart(departure);
            }
        }
        known.advance(position);
        to.flush();
    }

    private void admit(Entry.Admission admission, Known known, Deliveries to) {
        Session back = recovered.get(admission);
        if (back != null) {
            known.present().put(back.recoveryId, back);
            to.admit(admission, back, true, known.events().missed(back, from.get(admission)));
            return;
        }
        Session session = Objects.requireNonNull(fresh.get(admission), "written");
        known.present().put(session.recoveryId, session);
        to.admit(admission, session, false, List.of());
    }

    /** Hands on an event of another instance. */
    static void deliver(Event event, Deliveries to) {
        Json.Written data = new Json.Written(event.json(), List.of());
        to.emit(new Entry.Emission(event.namespace(), event.audience(), data, true, false, null, null), event.offset());
    }
}
