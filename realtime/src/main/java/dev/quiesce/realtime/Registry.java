package dev.quiesce.realtime;

import dev.quiesce.lifecycle.Deadline;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * What a hub has accepted and not finished: upgrades under way, open connections, and calls of handlers.
 *
 * <p>Safe for use by many threads. One lock guards everything; nothing foreign is called under it.
 */
final class Registry {

    /** What becomes of a connection that has just opened. */
    enum Entry {
        SERVE,
        CLOSE,
        CUT
    }

    /** What may call a handler or is doing so. */
    record UnderWay(int calls, int upgrades) {
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
    private final Condition lessToDo = lock.newCondition();
    private final Set<Connection> connections = new HashSet<>();
    private State state = State.NEW;
    private boolean draining;
    private int upgrades;
    private int calls;
    private long opened;
    private long discarded;
    private int acknowledged;
    private int forced;

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
        } finally {
            lock.unlock();
        }
    }

    void quiesce() {
        lock.lock();
        try {
            if (state.compareTo(State.QUIESCED) < 0) {
                state = State.QUIESCED;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Hands no further message over from now on. */
    void drain() {
        lock.lock();
        try {
            draining = true;
        } finally {
            lock.unlock();
        }
    }

    /** Sends connections that open from now on straight into closing, and returns those that are open. */
    List<Connection> beginStop() {
        lock.lock();
        try {
            draining = true;
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
        lock.lock();
        try {
            if (state != State.ACCEPTING) {
                return false;
            }
            upgrades++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void upgradeEnded() {
        lock.lock();
        try {
            upgrades--;
            lessToDo.signalAll();
        } finally {
            lock.unlock();
        }
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

    void closed(Connection connection, boolean byHandshake) {
        lock.lock();
        try {
            if (!connections.remove(connection)) {
                return;
            }
            if (state.compareTo(State.STOPPING) >= 0) {
                if (byHandshake) {
                    acknowledged++;
                } else {
                    forced++;
                }
            }
            lessToDo.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Accepts a message to be handled, unless draining has begun. It must be followed by {@link #endCall}. */
    boolean tryBeginMessage() {
        lock.lock();
        try {
            if (draining) {
                discarded++;
                return false;
            }
            calls++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a call that must be made whatever the state. It must be followed by {@link #endCall}. */
    void beginCall() {
        lock.lock();
        try {
            calls++;
        } finally {
            lock.unlock();
        }
    }

    void endCall() {
        lock.lock();
        try {
            calls--;
            lessToDo.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no call is under way, and returns how many are. */
    int awaitNoCalls(Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            await(() -> calls == 0, deadline);
            return calls;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no call is under way and no upgrade can lead to one, and returns what is left. */
    UnderWay awaitNothingUnderWay(Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            await(() -> calls == 0 && upgrades == 0, deadline);
            return new UnderWay(calls, upgrades);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no connection is left and none can come, and returns whether this is so. */
    boolean awaitNoConnections(Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            return await(() -> connections.isEmpty() && upgrades == 0, deadline);
        } finally {
            lock.unlock();
        }
    }

    private boolean await(BooleanSupplier condition, Deadline deadline) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            long nanos = deadline.remaining(TimeUnit.NANOSECONDS);
            if (nanos <= 0) {
                return false;
            }
            lessToDo.awaitNanos(nanos);
        }
        return true;
    }

    UnderWay underWay() {
        lock.lock();
        try {
            return new UnderWay(calls, upgrades);
        } finally {
            lock.unlock();
        }
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
        lock.lock();
        try {
            return discarded;
        } finally {
            lock.unlock();
        }
    }

    Closing closing() {
        lock.lock();
        try {
            return new Closing(acknowledged, forced);
        } finally {
            lock.unlock();
        }
    }
}
