package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts work in flight, so that draining can wait for it.
 *
 * <pre>{@code
 * if (!guard.tryEnter()) {
 *     return refused();
 * }
 * try {
 *     work();
 * } finally {
 *     guard.exit();
 * }
 * }</pre>
 *
 * <p>Work is refused once the guard has quiesced, and not before. {@link #tryHold} does the same and also remembers who
 * holds the guard and since when, for {@link #holders}; it costs an object and an entry in a map.
 *
 * <p>A guard is a component: registered above what the work needs, it refuses new work when the service quiesces and keeps
 * that open until the work has finished. A component of another kind can use one inside.
 *
 * <p>Safe for use by many threads. Entering and exiting take one atomic addition each, on counters that threads share
 * only by chance, and never block. Work may exit on another thread than the one on which it has entered.
 */
public final class WorkGuard implements Lifecycle {
    private static final int MOST_NAMED = 5;

    private final StripedCount count = new StripedCount();
    private final TimeSource time;
    private final Set<Hold> holds = ConcurrentHashMap.newKeySet();
    private final List<BlockingQueue<Boolean>> waiting = new CopyOnWriteArrayList<>();

    /** Makes an open guard. */
    public WorkGuard() {
        this(TimeSource.system());
    }

    /** Makes an open guard that reads the age of holds from the given clock. */
    public WorkGuard(TimeSource time) {
        this.time = requireNonNull(time, "time");
    }

    /** One piece of work in flight that is known by name. Thread-safe. */
    public final class Hold implements AutoCloseable {
        private final Supplier<String> what;
        private final String thread = Thread.currentThread().getName();
        private final long since = time.nanoTime();
        private final AtomicBoolean released = new AtomicBoolean();

        private Hold(Supplier<String> what) {
            this.what = what;
        }

        /** Says that the work has ended. Closing it again has no effect. */
        @Override
        public void close() {
            if (released.compareAndSet(false, true)) {
                holds.remove(this);
                exit();
            }
        }
    }

    /**
     * Who holds a guard.
     *
     * @param what the name of the work
     * @param age how long it has been in flight
     * @param thread the name of the thread on which it has entered
     */
    public record Holder(String what, Duration age, String thread) {

        /** Returns a text such as {@code POST /offers (1200 ms)}. */
        @Override
        public String toString() {
            return what + " (" + age.toMillis() + " ms)";
        }
    }

    /**
     * Counts one more piece of work, unless the guard has quiesced.
     *
     * @return true if the work may go on; it must then call {@link #exit} once, when it has ended
     */
    public boolean tryEnter() {
        if (count.tryEnter()) {
            return true;
        }
        tellWaiting();
        return false;
    }

    /** Counts one piece of work less, whether its {@link #tryEnter} was called by this thread or another one. */
    public void exit() {
        count.exit();
        tellWaiting();
    }

    /**
     * Counts one more piece of work and remembers it by name, unless the guard has quiesced.
     *
     * @param what the name of the work, for messages
     * @return what the work closes when it has ended, or null if it is refused; {@code try} with resources copes with both
     */
    public @Nullable Hold tryHold(String what) {
        requireNonNull(what, "what");
        return tryHold(() -> what);
    }

    /**
     * As {@link #tryHold(String)}, with a name that costs something to find: it is asked for when somebody wants to know who holds
     * the guard, on that thread. Somebody who asks at the very moment at which the work ends may still ask for its name.
     *
     * @param what returns the name of the work, for messages; must not block, throw, or return null
     * @return what the work closes when it has ended, or null if it is refused
     */
    public @Nullable Hold tryHold(Supplier<String> what) {
        requireNonNull(what, "what");
        if (!tryEnter()) {
            return null;
        }
        Hold hold = new Hold(what);
        holds.add(hold);
        return hold;
    }

    /** Does nothing: a guard is open from the beginning. */
    @Override
    public void start() {}

    /** Refuses work from now on. What has entered goes on. */
    @Override
    public void quiesce() {
        count.close();
    }

    /**
     * Waits until no work is in flight.
     *
     * @throws TimeoutException if work was in flight at the deadline; the message has the number and the oldest holders
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException as {@link #awaitIdle}
     */
    @Override
    public void drain(Deadline deadline) throws TimeoutException, InterruptedException {
        if (!awaitIdle(deadline)) {
            throw new TimeoutException(describe());
        }
    }

    /** Refuses work from now on, as {@link #quiesce} does, and waits for none. */
    @Override
    public void stop(Deadline deadline) {
        quiesce();
    }

    /** Returns whether work is refused. */
    public boolean isQuiesced() {
        return count.isClosed();
    }

    /** Returns how many pieces of work are in flight. Exact while none enters or exits, otherwise a close guess. */
    @Override
    public OptionalLong inFlight() {
        return OptionalLong.of(Math.max(0, count.sum()));
    }

    /**
     * Waits until there is a moment in which no work is in flight. In a guard that has quiesced none can follow.
     *
     * @return true if there was such a moment before the deadline; if the deadline has passed, whether none is in flight
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if {@link #exit} was called more often than work has entered
     */
    public boolean awaitIdle(Deadline deadline) throws InterruptedException {
        BlockingQueue<Boolean> told = new ArrayBlockingQueue<>(1);
        waiting.add(told);
        try {
            while (!isIdle()) {
                if (deadline.isExpired()) {
                    return false;
                }
                deadline.poll(told);
            }
            return true;
        } finally {
            waiting.remove(told);
        }
    }

    /** Returns who holds this guard by name, the oldest first. */
    public List<Holder> holders() {
        long now = time.nanoTime();
        List<Holder> holders = new ArrayList<>();
        for (Hold hold : holds) {
            holders.add(new Holder(hold.what.get(), Duration.ofNanos(now - hold.since), hold.thread));
        }
        holders.sort(Comparator.comparing(Holder::age).reversed());
        return List.copyOf(holders);
    }

    /** Returns how many pieces of work are in flight and the oldest of those that are known by name. */
    public String describe() {
        List<Holder> known = holders();
        StringJoiner oldest = new StringJoiner(", ", ": ", known.size() > MOST_NAMED ? ", …" : "").setEmptyValue("");
        for (Holder holder : known.subList(0, Math.min(MOST_NAMED, known.size()))) {
            oldest.add(holder.toString());
        }
        return Math.max(count.sum(), known.size()) + " in flight" + oldest;
    }

    private boolean isIdle() {
        long sum = count.sum();
        if (sum < 0) {
            throw new IllegalStateException("exit was called " + -sum + " times more often than work has entered");
        }
        return sum == 0;
    }

    private void tellWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        for (BlockingQueue<Boolean> told : waiting) {
            told.offer(Boolean.TRUE);
        }
    }
}
