package dev.quiesce.web.http;

import dev.quiesce.lifecycle.TimeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose turn it is, and who is sent away. Whoever has come first goes first, until the first in the queue has waited for
 * so long that the queue stands; then the newest goes first, whose client certainly still listens, and the others go in a lull
 * or are sent away when their time is over.
 *
 * <p>Safe for use by many threads. One lock guards everything, and nobody is called with it.
 *
 * @param <G> what waits
 */
final class WaitingRoom<G extends WaitingRoom.Guest> {

    /** From when on a queue stands. The interval of CoDel, see RFC 8289, and of those who apply it to requests. */
    private static final long STANDING = TimeUnit.MILLISECONDS.toNanos(100);

    /** What an answer needs to arrive in time, even if it is only that there is no time. */
    private static final long ANSWER = TimeUnit.MILLISECONDS.toNanos(60);

    /** The share of the concurrency that there is at the begin of the ramp. */
    private static final int RAMP_BEGIN = 4;

    /** The weight of the latest service among those before: it follows a change within some ten requests. */
    private static final int SMOOTHING = 8;

    /** Somebody who waits. */
    interface Guest {

        /** Returns the point on the clock after which nobody listens any more. */
        long deadline();

        /** Returns the point on the clock at which it has come. */
        long arrival();
    }

    /** What becomes of a guest that comes. */
    enum Welcome {
        /** It may enter. */
        ENTER,
        /** It has to wait. */
        WAIT,
        /** There is no place to wait. */
        FULL,
        /** Its time would be over before it had been served. */
        LATE
    }

    private final AdmissionConfig config;
    private final TimeSource time;
    private final Object lock = new Object();
    private final Deque<G> waiting = new ArrayDeque<>();
    private int inside;
    private long serviceNanos;
    private @Nullable Long opened;
    private boolean ramped;

    WaitingRoom(AdmissionConfig config, TimeSource time) {
        this.config = config;
        this.time = time;
    }

    /**
     * Takes in a guest that nobody needs to know anything of, if nobody waits and at least half of the places are free. It has to
     * {@link #leave} then.
     */
    boolean enterUncrowded() {
        synchronized (lock) {
            open();
            if (!waiting.isEmpty() || 2 * inside >= limit()) {
                return false;
            }
            inside++;
            return true;
        }
    }

    /** Takes in a guest; one that may enter has to {@link #leave} when it has been served. */
    Welcome welcome(G guest) {
        synchronized (lock) {
            open();
            if (guest.deadline() - guest.arrival() <= 0) {
                return Welcome.LATE;
            }
            if (inside < limit() && waiting.isEmpty()) {
                // However long it may take: nobody else wants the place.
                inside++;
                return Welcome.ENTER;
            }
            if (isLate(guest)) {
                return Welcome.LATE;
            }
            if (waiting.size() >= config.waiting()) {
                return Welcome.FULL;
            }
            waiting.add(guest);
            return Welcome.WAIT;
        }
    }

    /**
     * Makes place.
     *
     * @param tookNanos how long the guest was served; negative if it was not served at all
     * @return whether somebody waits for the {@link #next} place
     */
    boolean leave(long tookNanos) {
        synchronized (lock) {
            inside--;
            if (tookNanos >= 0) {
                // What takes longer than anybody waits for tells of a client that is slow, and not of the service.
                long took = Math.min(tookNanos, config.patience().toNanos());
                serviceNanos += (took - serviceNanos) / SMOOTHING;
            }
            return !waiting.isEmpty();
        }
    }

    /** Returns the next one that may enter, or null if there is no place or nobody waits. It has to {@link #leave}. */
    @Nullable
    G next() {
        synchronized (lock) {
            G oldest = waiting.peekFirst();
            if (oldest == null || inside >= limit()) {
                return null;
            }
            inside++;
            return stands(oldest) ? waiting.pollLast() : waiting.pollFirst();
        }
    }

    /** Takes out the first in a queue that stands, for whoever has just come; null if the queue moves, or is empty. */
    @Nullable
    G evict() {
        synchronized (lock) {
            G oldest = waiting.peekFirst();
            return oldest != null && stands(oldest) ? waiting.pollFirst() : null;
        }
    }

    /** Returns whether a guest can no longer be served before its time is over. */
    boolean isTooLate(G guest) {
        synchronized (lock) {
            return isLate(guest);
        }
    }

    /** Takes out those who cannot be served any more before their time is over. */
    List<G> late() {
        synchronized (lock) {
            List<G> late = new ArrayList<>();
            for (Iterator<G> each = waiting.iterator(); each.hasNext(); ) {
                G guest = each.next();
                if (isLate(guest)) {
                    each.remove();
                    late.add(guest);
                }
            }
            return late;
        }
    }

    /** Returns those who wait, the longest first. */
    List<G> waiting() {
        synchronized (lock) {
            return List.copyOf(waiting);
        }
    }

    /** Takes out one who has left by itself; returns false if it is not there any more. */
    boolean remove(G guest) {
        synchronized (lock) {
            return waiting.remove(guest);
        }
    }

    int inside() {
        synchronized (lock) {
            return inside;
        }
    }

    /** Returns how many may be inside at this moment. */
    int currentLimit() {
        synchronized (lock) {
            return limit();
        }
    }

    private void open() {
        if (opened == null) {
            opened = time.nanoTime();
        }
    }

    private boolean stands(G oldest) {
        return time.nanoTime() - oldest.arrival() > STANDING;
    }

    private boolean isLate(G guest) {
        return guest.deadline() - time.nanoTime() - Math.max(serviceNanos, ANSWER) < 0;
    }

    private int limit() {
        if (ramped) {
            return config.concurrency();
        }
        long ramp = config.ramp().toNanos();
        long since = opened == null ? 0 : time.nanoTime() - opened;
        ramped = since >= ramp;
        double share = ramped ? 1 : 1.0 / RAMP_BEGIN + (1 - 1.0 / RAMP_BEGIN) * since / ramp;
        return Math.max(1, (int) (config.concurrency() * share));
    }
}
