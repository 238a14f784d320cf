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
import org.eclipse.jetty.util.thread.SerializedInvoker;
import org.jspecify.annotations.Nullable;

/**
 * A log that ends with its process, or keeps nothing at all. What is appended is handed on at once, by the thread that appends or by
 * one that is at it. Safe for use by many threads.
 */
final class MemoryEventLog extends EventLog {
    private static final long LONGEST_TURN_SECONDS = 5;

    private final SerializedInvoker turn = new SerializedInvoker(MemoryEventLog.class);
    private final String epoch = Ids.shortId();
    private final @Nullable Retention retention;
    private @Nullable RecentEvents events;
    private final Map<String, Session> present = new LinkedHashMap<>();
    private final Map<String, Gone> gone = new LinkedHashMap<>();
    private volatile @Nullable Deliveries deliveries;
    private long position;

    /** A session whose client has gone. */
    private record Gone(Session session, long millis) {}

    MemoryEventLog(@Nullable Retention retention) {
        this.retention = retention;
    }

    @Override
    void start(Deliveries to) {
        if (retention != null) {
            turn.run(() -> events = new RecentEvents(retention, position, epoch, to.mostMissed()));
        }
        deliveries = to;
    }

    @Override
    void append(Entry entry) {
        Deliveries to = deliveries;
        if (to == null) {
            throw new IllegalStateException("nothing can be sent before the server starts");
        }
        turn.run(() -> hand(entry, to));
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
        forgetOld();
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
        CompletableFuture<SortedSet<String>> found = new CompletableFuture<>();
        turn.run(() -> found.complete(usersNow(namespace, System.currentTimeMillis() - grace.toMillis())));
        // No turn blocks.
        return found.orTimeout(LONGEST_TURN_SECONDS, TimeUnit.SECONDS).join();
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
    @Nullable
    String recoveryId(Session session) {
        return retention == null ? null : session.recoveryId;
    }

    @Override
    void stop(Deadline deadline) {
        // Nothing waits here.
    }
}
