package dev.quiesce.realtime;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has accepted and not finished: upgrades under way, open connections, and calls of handlers.
 *
 * <p>Safe for use by many threads. One lock guards the connections and what becomes of new ones; nothing foreign is called
 * under it. What only comes and goes is counted by guards, so that messages of different sockets never meet at the lock.
 */
final class Registry {

    /** What becomes of a connection that has just opened. */
    enum Entry {
        SERVE,
        CLOSE,
        CUT
    }

    /** How a connection has ended. */
    enum End {
        ACKNOWLEDGED,
        SILENT,
        LOST
    }

    /** What may call a handler or is doing so. */
    record UnderWay(long calls, long upgrades) {
        static final UnderWay NOTHING = new UnderWay(0, 0);

        boolean isNothing() {
            return calls == 0 && upgrades == 0;
        }

        /** Returns the counts as the subject of a message. */
        @Override
        public String toString() {
            return calls + " socket handler calls and " + upgrades + " upgrades";
        }
    }

    private enum State {
        NEW,
        ACCEPTING,
        QUIESCED,
        STOPPING,
        STOPPED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewerConnections = lock.newCondition();
    private final Set<Connection> connections = new HashSet<>();
    private final WorkGuard upgrades = new WorkGuard();
    private final WorkGuard messages = new WorkGuard();
    /** For messages that come after draining has begun, so that draining ends although messages keep coming. */
    private final WorkGuard lateMessages = new WorkGuard();
    /** Never quiesced: a handler learns of the opening and the end of its socket whatever the state. */
    private final WorkGuard callbacks = new WorkGuard();

    private final boolean handlesLateMessages;
    private final LongAdder discarded = new LongAdder();
    private volatile boolean started;
    private State state = State.NEW;
    private long opened;
    private int acknowledged;
    private int forced;
    private int silent;

    Registry(boolean handlesLateMessages) {
        this.handlesLateMessages = handlesLateMessages;
    }

    /**
     * Begins to accept.
     *
     * @throws IllegalStateException if this was done before, or if the hub has been quiesced or stopped
     */
    void start() {
        lock.lock();
        try {
            if (state != State.NEW) {
                throw new IllegalStateException(
                        "a socket hub starts once; this one is " + state.name().toLowerCase(Locale.ROOT));
            }
            state = State.ACCEPTING;
            started = true;
        } finally {
            lock.unlock();
        }
    }

    void quiesce() {
        upgrades.quiesce();
        lock.lock();
        try {
            if (state.compareTo(State.QUIESCED) < 0) {
                state = State.QUIESCED;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes messages that arrive from now on for late ones. */
    void drain() {
        messages.quiesce();
    }

    /** Sends connections that open from now on straight into closing, and returns those that are open. */
    List<Connection> beginStop() {
        upgrades.quiesce();
        messages.quiesce();
        lock.lock();
        try {
            if (state.compareTo(State.STOPPING) < 0) {
                state = State.STOPPING;
            }
            return List.copyOf(connections);
        } finally {
            lock.unlock();
        }
    }

    /** Has connections that open from now on cut, and returns those that are still open. */
    List<Connection> finishStop() {
        lateMessages.quiesce();
        lock.lock();
        try {
            state = State.STOPPED;
            return List.copyOf(connections);
        } finally {
            lock.unlock();
        }
    }

    /** Accepts an upgrade, unless this is not the time. It must be followed by {@link #upgradeEnded}. */
    boolean tryUpgrade() {
        return started && upgrades.tryEnter();
    }

    void upgradeEnded() {
        upgrades.exit();
    }

    Entry opened(Connection connection) {
        lock.lock();
        try {
            if (state == State.STOPPED) {
                return Entry.CUT;
            }
            connections.add(connection);
            opened++;
            return state == State.STOPPING ? Entry.CLOSE : Entry.SERVE;
        } finally {
            lock.unlock();
        }
    }

    void closed(Connection connection, End end) {
        lock.lock();
        try {
            if (!connections.remove(connection)) {
                return;
            }
            if (state.compareTo(State.STOPPING) >= 0) {
                switch (end) {
                    case ACKNOWLEDGED -> acknowledged++;
                    case SILENT -> silent++;
                    case LOST -> forced++;
                }
            }
            fewerConnections.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Accepts a message to be handled and returns what must be run once it has been, or null if it comes too late. */
    @Nullable
    Runnable tryBeginMessage() {
        if (messages.tryEnter()) {
            return messages::exit;
        }
        if (handlesLateMessages && lateMessages.tryEnter()) {
            return lateMessages::exit;
        }
        discarded.increment();
        return null;
    }

    /** Counts a call that must be made whatever the state. It must be followed by {@link #endCallback}. */
    void beginCallback() {
        callbacks.tryEnter();
    }

    void endCallback() {
        callbacks.exit();
    }

    /** Waits until no call is under way, and returns how many are. */
    long awaitNoCalls(Deadline deadline) throws InterruptedException {
        boolean none =
                messages.awaitIdle(deadline) && lateMessages.awaitIdle(deadline) && callbacks.awaitIdle(deadline);
        return none ? 0 : underWay().calls();
    }

    /** Waits until no call for what came before draining is under way and no upgrade can lead to one, and returns what is left. */
    UnderWay awaitNothingUnderWay(Deadline deadline) throws InterruptedException {
        // In the order in which one leads to the next: an upgrade ends once the call that it leads to has begun.
        boolean nothing = upgrades.awaitIdle(deadline) && messages.awaitIdle(deadline) && callbacks.awaitIdle(deadline);
        return nothing ? UnderWay.NOTHING : underWay();
    }

    /** Waits until no connection is left and none can come. */
    void awaitNoConnections(Deadline deadline) throws InterruptedException {
        if (!upgrades.awaitIdle(deadline)) {
            return;
        }
        lock.lock();
        try {
            long nanos = deadline.remaining(TimeUnit.NANOSECONDS);
            while (!connections.isEmpty() && nanos > 0) {
                nanos = fewerConnections.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    UnderWay underWay() {
        return new UnderWay(
                messages.inFlight().orElse(0)
                        + lateMessages.inFlight().orElse(0)
                        + callbacks.inFlight().orElse(0),
                upgrades.inFlight().orElse(0));
    }

    int open() {
        lock.lock();
        try {
            return connections.size();
        } finally {
            lock.unlock();
        }
    }

    long openedSoFar() {
        lock.lock();
        try {
            return opened;
        } finally {
            lock.unlock();
        }
    }

    long discardedMessages() {
        return discarded.sum();
    }

    Closing closing() {
        lock.lock();
        try {
            return new Closing(acknowledged, forced, silent);
        } finally {
            lock.unlock();
        }
    }
}
