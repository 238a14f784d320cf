package dev.quiesce.realtime.socketio;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A log that ends with its process, or keeps nothing at all. One thread hands on what is appended, as much at once as waits. Safe for
 * use by many threads.
 */
final class MemoryEventLog extends EventLog {
    private static final long MAX_WAITING_BYTES = 16L * 1024 * 1024;
    private static final int LARGEST_BATCH = 1000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long LONGEST_QUESTION_SECONDS = 5;

    private final LogThread thread = new LogThread(MAX_WAITING_BYTES, LARGEST_BATCH);
    private final String epoch = Ids.shortId();
    private final @Nullable Retention retention;
    private @Nullable RecentEvents events;
    private final Map<String, Session> present = new LinkedHashMap<>();
    private final Map<String, Gone> gone = new LinkedHashMap<>();
    private long position;

    /** A session whose client has gone. */
    private record Gone(Session session, long millis) {}

    MemoryEventLog(@Nullable Retention retention) {
        this.retention = retention;
    }

    @Override
    void start(Deliveries to) {
        thread.claim();
        if (retention != null) {
            events = new RecentEvents(retention, position, epoch, to.mostMissed());
        }
        thread.start(new LogThread.Keeper() {
            @Override
            public Duration patience() {
                return PATIENCE;
            }

            @Override
            public void keep(List<Entry> entries) {
                entries.forEach(entry -> hand(entry, to));
                to.flush();
                forgetOld();
            }

            @Override
            public void end() {
                // Nothing is left behind.
            }
        });
    }

    @Override
    void append(Entry entry) {
        if (!thread.add(entry)) {
            throw new IllegalStateException("more than " + MAX_WAITING_BYTES + " bytes of events wait to be sent");
        }
    }

    private void hand(Entry entry, Deliveries to) {
        if (entry instanceof Entry.Emission emission) {
            emit(emission, to);
        } else if (entry instanceof Entry.Admission admission) {
            admit(admission, to);
        } else if (entry instanceof Entry.Rooms change) {
            if (isCurrent(change.socket())) {
                change.socket().session().change(change);
            }
            to.change(change);
        } else if (entry instanceof Entry.Data change) {
            if (isCurrent(change.socket())) {
                change.socket().session().data = change.data();
            }
        } else if (entry instanceof Entry.Departure departure) {
            forget(departure);
            to.depart(departure);
        }
    }

    /** Whether a session is that of a socket still: its client may have gone, or be back by another connection. */
    private boolean isCurrent(IoSocket socket) {
        Session session = socket.session();
        return socket.generation() == session.generation && present.get(session.recoveryId) == session;
    }

    private void emit(Entry.Emission emission, Deliveries to) {
        RecentEvents recent = events;
        if (recent == null) {
            to.emit(emission, null);
            return;
        }
        if (emission.isKept()) {
            position++;
            recent.add(new RecentEvents.Event(
                    position,
                    epoch,
                    System.currentTimeMillis(),
                    emission.namespace(),
                    emission.audience(),
                    emission.data().text()));
        }
        to.emit(emission, recent.offset());
    }

    private void admit(Entry.Admission admission, Deliveries to) {
        Connecting request = admission.request();
        RecentEvents recent = events;
        Session kept = recent == null ? null : find(request);
        OptionalLong from = kept == null ? OptionalLong.empty() : recent.position(kept, request.offset());
        if (kept != null && from.isPresent()) {
            kept.generation++;
            present.put(kept.recoveryId, kept);
            to.admit(admission, kept, true, recent.missed(kept, from.getAsLong()));
            return;
        }
        Session session = new Session(
                Ids.longId(), Ids.longId(), request.namespace(), request.userOrNull(), position, request.data(), 0);
        if (recent != null) {
            present.put(session.recoveryId, session);
        }
        to.admit(admission, session, false, List.of());
    }

    private @Nullable Session find(Connecting request) {
        forgetOld();
        String id = request.recoveryId();
        if (id == null) {
            return null;
        }
        Session session = present.get(id);
        if (session == null) {
            Gone left = gone.get(id);
            session = left == null ? null : left.session();
        }
        boolean isTheirs = session != null
                && session.namespace.equals(request.namespace())
                && Objects.equals(session.user, request.userOrNull());
        if (isTheirs) {
            gone.remove(id);
        }
        return isTheirs ? session : null;
    }

    private void forget(Entry.Departure departure) {
        IoSocket socket = departure.socket();
        Session session = socket.session();
        if (events == null || socket.generation() != session.generation) {
            return;
        }
        present.remove(session.recoveryId);
        if (!departure.reason().isFinal()) {
            gone.put(session.recoveryId, new Gone(session, System.currentTimeMillis()));
        }
    }

    private void forgetOld() {
        if (retention == null) {
            return;
        }
        long oldest = System.currentTimeMillis() - retention.time().toMillis();
        Iterator<Gone> left = gone.values().iterator();
        while (left.hasNext() && left.next().millis() < oldest) {
            left.remove();
        }
    }

    @Override
    SortedSet<String> users(Namespace namespace, Duration grace) {
        long since = System.currentTimeMillis() - grace.toMillis();
        if (!thread.isStarted()) {
            return usersNow(namespace, since);
        }
        CompletableFuture<SortedSet<String>> found = new CompletableFuture<>();
        append(new Entry.Mark(() -> found.complete(usersNow(namespace, since))));
        // Nothing that the thread does blocks.
        return found.orTimeout(LONGEST_QUESTION_SECONDS, TimeUnit.SECONDS).join();
    }

    private SortedSet<String> usersNow(Namespace namespace, long since) {
        SortedSet<String> users = new TreeSet<>();
        namespace.sockets().forEach(socket -> socket.user().ifPresent(users::add));
        for (Gone left : gone.values()) {
            Session session = left.session();
            if (session.user != null && session.namespace.equals(namespace.name()) && left.millis() > since) {
                users.add(session.user);
            }
        }
        return users;
    }

    @Override
    void whenHandedOn(Runnable action) {
        thread.add(new Entry.Mark(action));
    }

    @Override
    @Nullable
    String recoveryId(Session session) {
        return retention == null ? null : session.recoveryId;
    }

    @Override
    void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        thread.drain(deadline, () -> false);
    }

    @Override
    void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        if (!thread.stop(deadline)) {
            throw new TimeoutException(thread.waiting() + " events and changes had not been handed on at the deadline");
        }
    }
}
