package dev.quiesce.web.http;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.WorkGuard;
import dev.quiesce.lifecycle.WorkGuard.Hold;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that last until somebody ends them, such as long polls and event streams, and that would outlast any drain.
 *
 * <p>Each registers what ends it. When the service quiesces, all are told, each once; draining waits until they have ended. A
 * request that registers later, because it came on a connection that was open, is told as soon as it has registered. So it needs
 * no answer of its own, and ends like the others: a poll without news, a stream with its last event. Refused by 503, an
 * {@code EventSource} would not come back at all (HTML standard, section 9.2.3).
 *
 * <p>What ends a request is called on a thread of this component, never with a lock. If it throws, that is logged; if it does not
 * return, others are told all the same, behind hundreds of such calls within some tenths of a second.
 *
 * <p>A component: what serves such requests depends on it. Thread-safe.
 */
public final class LongRequests implements Lifecycle {
    private static final Logger log = LoggerFactory.getLogger(LongRequests.class);

    /** Never quiesced: a request that comes late has to be waited for as well. */
    private final WorkGuard guard = new WorkGuard();

    private final Set<Registration> registrations = ConcurrentHashMap.newKeySet();
    private final ForeignCalls calls = new ForeignCalls("long-requests");
    private volatile boolean quiesced;

    /** Makes a component without requests. */
    public LongRequests() {}

    /** A request that lasts until it is told to end. Thread-safe. */
    public final class Registration implements AutoCloseable {
        private final String what;
        private final Runnable end;
        private final Hold hold;
        private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

        private Registration(String what, Runnable end) {
            this.what = what;
            this.end = end;
            this.hold = requireNonNull(guard.tryHold(what), "requests are never refused here");
        }

        /**
         * Says that the request has ended, whether it was told to or not. It is not told any more from then on; a call that has begun
         * goes on. Closing it again has no effect.
         */
        @Override
        public void close() {
            state.set(State.ENDED);
            registrations.remove(this);
            hold.close();
        }

        private void tell() {
            if (!state.compareAndSet(State.OPEN, State.TOLD)) {
                return;
            }
            try {
                end.run();
            } catch (Throwable failure) {
                log.warn("{} failed when it was told to end", what, failure);
            }
        }

        private boolean closeUnlessTold() {
            boolean untold = state.compareAndSet(State.OPEN, State.ENDED);
            if (untold) {
                close();
            }
            return untold;
        }
    }

    private enum State {
        OPEN,
        TOLD,
        ENDED
    }

    /**
     * Registers a request.
     *
     * @param what the name of the request for messages, such as {@code GET /events}, without what is its client's own
     * @param end makes the request end soon, in its own way: completes what it waits for, or writes its last event. It is called at
     *     most once, when the service quiesces or at once if it has, on another thread, maybe before this method has returned. It
     *     should return soon, and is interrupted when the service stops if it has not
     * @return what is closed when the request has ended; best by Jetty's {@code Request.addCompletionListener}, or by
     *     {@code finally} where the request holds its thread
     * @throws IllegalStateException if this component has stopped; the request is not registered, nor told
     */
    public Registration register(String what, Runnable end) {
        requireNonNull(what, "what");
        requireNonNull(end, "end");
        Registration registration = new Registration(what, end);
        registrations.add(registration);
        // Quiesce says so before it looks for registrations: it finds this one, or else it is seen here that it has
        // begun.
        if (quiesced && !tryTell(registration) && registration.closeUnlessTold()) {
            throw new IllegalStateException(what + " came when the service had stopped");
        }
        return registration;
    }

    /** Does nothing: requests may register from the beginning. */
    @Override
    public void start() {}

    /** Tells every request to end, and from now on each one that registers. */
    @Override
    public void quiesce() {
        quiesced = true;
        registrations.forEach(this::tryTell);
    }

    /**
     * Waits until every request has ended.
     *
     * @throws TimeoutException if some had not ended at the deadline; the message has their number and names the oldest
     * @throws InterruptedException if interrupted
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        guard.drain(deadline);
    }

    /**
     * Tells those who have not been told, and ends the threads. A call that does not return is interrupted after half the time.
     * Requests that have not ended are left to the {@link HttpServer}, which cuts their connections.
     *
     * @throws TimeoutException if calls have not returned by the deadline
     * @throws InterruptedException if interrupted; calls that had not returned have been interrupted as well
     */
    @Override
    public void stop(Deadline deadline) throws TimeoutException, InterruptedException {
        quiesce();
        if (!calls.end(deadline)) {
            throw new TimeoutException(
                    "requests that were told to end have not returned from that: " + guard.describe());
        }
    }

    /** Returns how many requests are registered. */
    @Override
    public OptionalLong inFlight() {
        return guard.inFlight();
    }

    /** Returns false if there is no thread any more that could; stop has told everybody then. */
    private boolean tryTell(Registration registration) {
        try {
            calls.call(registration::tell);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }
}
