package dev.quiesce.realtime.socketio;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a log, and the entries that wait for it. Runs once. Safe for use by many threads, which never wait for each other.
 */
final class LogThread {
    private static final Logger LOG = LoggerFactory.getLogger(LogThread.class);
    private static final long LOOK_MILLIS = 20;

    private static final String ENDED = "nothing can be sent any more: the log of the sockets has ended";

    /** What an event costs beside its JSON, in bytes. */
    private static final int OVERHEAD = 200;

    private final long maxWaitingBytes;
    private final int largestBatch;
    private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
    private final WorkGuard adding = new WorkGuard();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final List<Entry> batch = new ArrayList<>(); // for the thread
    private final Queue<Entry.Mark> taken = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile boolean abandoned;

    /** What becomes of the entries. Called by the thread. */
    interface Keeper {
        /** Returns for how long entries are waited for. */
        Duration patience();

        /** Handles entries, in their order, and none of them is a {@link Entry.Mark}; none at all, if none has come in time. */
        void keep(List<Entry> entries) throws InterruptedException;

        /** Handles the end, after the last entry. */
        void end();
    }

    /**
     * Makes one.
     *
     * @param maxWaitingBytes the most that events that wait may take
     * @param largestBatch how many entries are handled at once
     */
    LogThread(long maxWaitingBytes, int largestBatch) {
        this.maxWaitingBytes = maxWaitingBytes;
        this.largestBatch = largestBatch;
    }

    /**
     * Makes sure that this runs once.
     *
     * @throws IllegalStateException if it has been claimed before
     */
    void claim() {
        if (!claimed.compareAndSet(false, true)) {
            throw new IllegalStateException("a server, and its log, starts once");
        }
    }

    /** Begins to handle entries. To be called once. */
    void start(Keeper keeper) {
        Thread started = new Thread(() -> run(keeper), "socket-log");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    boolean isStarted() {
        return thread != null;
    }

    /**
     * Puts an entry at the end, and returns whether there was room for it: there always is for one that is no event. After the end
     * nothing happens any more: who asks for an answer gets that one.
     *
     * @throws IllegalStateException before the start, and for an event after the end that asks for no answer
     */
    boolean add(Entry entry) {
        if (thread == null) {
            throw new IllegalStateException("nothing can be sent before the server starts");
        }
        if (!adding.tryEnter()) {
            addLate(entry);
            return true;
        }
        try {
            long size = size(entry);
            if (size > 0 && waitingBytes.addAndGet(size) > maxWaitingBytes) {
                waitingBytes.addAndGet(-size);
                return false;
            }
            if (!(entry instanceof Entry.Mark)) {
                waiting.incrementAndGet();
            }
            queue.add(entry);
            return true;
        } finally {
            adding.exit();
        }
    }

    private static void addLate(Entry entry) {
        if (entry instanceof Entry.Emission emission && emission.answers() == null) {
            throw new IllegalStateException(ENDED);
        }
        giveUp(entry);
    }

    /** Answers whoever waits for an entry that is not handled. */
    private static void giveUp(Entry entry) {
        if (entry instanceof Entry.Emission emission) {
            Answers answers = emission.answers();
            CompletableFuture<@Nullable Void> published = emission.published();
            if (answers != null) {
                answers.expect(0);
            }
            if (published != null) {
                published.completeExceptionally(new IllegalStateException(ENDED));
            }
        } else if (entry instanceof Entry.Rooms change) {
            change.done().complete(null);
        } else if (entry instanceof Entry.Admission admission) {
            admission.client().postpone();
        } else if (entry instanceof Entry.Mark mark) {
            pass(mark);
        }
    }

    private static void pass(Entry.Mark mark) {
        try {
            mark.reached().run();
        } catch (Throwable e) {
            LOG.error("What was to be done at a point of the log has failed", e);
        }
    }

    private static long size(Entry entry) {
        return entry instanceof Entry.Emission emission ? emission.waitingSize() + OVERHEAD : 0;
    }

    /** Takes out the clients that wait to be let in. */
    List<Entry.Admission> withdrawAdmissions() {
        List<Entry.Admission> withdrawn = new ArrayList<>();
        queue.removeIf(entry -> entry instanceof Entry.Admission admission && withdrawn.add(admission));
        withdrawn.forEach(this::release);
        return withdrawn;
    }

    /** Passes all marks now, as nothing before them can be handled for now. */
    void passMarks() {
        queue.removeIf(this::isTakenMark);
        passTaken();
    }

    private boolean isTakenMark(Entry entry) {
        return entry instanceof Entry.Mark mark && taken.add(mark);
    }

    private void passTaken() {
        for (Entry.Mark mark = taken.poll(); mark != null; mark = taken.poll()) {
            pass(mark);
        }
    }

    private void release(Entry entry) {
        waiting.decrementAndGet();
        waitingBytes.addAndGet(-size(entry));
    }

    /** Returns how many entries have not been handled. */
    int waiting() {
        return waiting.get();
    }

    /**
     * Waits until everything that has been added has been handled, or cannot be for now.
     *
     * @param isStuck whether nothing can be handled for now
     * @throws TimeoutException if it can, and had not been at the deadline
     * @throws IllegalStateException if the thread has failed, with the failure as its cause
     */
    void drain(Deadline deadline, BooleanSupplier isStuck) throws TimeoutException, InterruptedException {
        if (thread == null) {
            return;
        }
        requireSound();
        CountDownLatch reached = new CountDownLatch(1);
        add(new Entry.Mark(reached::countDown));
        while (!reached.await(
                Math.min(LOOK_MILLIS, deadline.remaining(TimeUnit.MILLISECONDS)), TimeUnit.MILLISECONDS)) {
            if (isStuck.getAsBoolean()) {
                return;
            }
            if (deadline.isExpired()) {
                throw new TimeoutException(waiting.get() + " entries of the log had not been handled at the deadline");
            }
        }
    }

    /** Whether the end has been asked for. */
    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Whether nobody waits for the end any more, as it has taken too long: nothing is to be said of it then. */
    boolean isAbandoned() {
        return abandoned;
    }

    private void run(Keeper keeper) {
        try {
            while (!isStopping() || !queue.isEmpty()) {
                work(keeper);
            }
            adding.quiesce();
            while (adding.inFlight().orElse(0) > 0 || !queue.isEmpty()) {
                work(keeper);
            }
            keeper.end();
        } catch (Throwable e) {
            // Whoever has abandoned it has said so.
            if (!abandoned) {
                failure = e;
                LOG.error("The log of the sockets has failed: {} entries are lost", waiting.get(), e);
            }
        } finally {
            adding.quiesce();
            while (adding.inFlight().orElse(0) > 0 || !queue.isEmpty() || !batch.isEmpty() || !taken.isEmpty()) {
                queue.drainTo(batch);
                batch.forEach(LogThread::giveUp);
                batch.clear();
                passMarks();
            }
        }
    }

    private void work(Keeper keeper) throws InterruptedException {
        Entry first = isStopping() ? queue.poll() : queue.poll(keeper.patience().toNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
            batch.add(first);
            queue.drainTo(batch, largestBatch - 1);
        }
        batch.removeIf(this::isTakenMark);
        if (batch.isEmpty()) {
            // Nothing before them is left, and whoever waits for them need not wait for what the keeper does without
            // entries.
            passTaken();
        }
        keeper.keep(List.copyOf(batch));
        batch.forEach(this::release);
        batch.clear();
        passTaken();
    }

    private void requireSound() {
        if (failure != null) {
            throw new IllegalStateException(
                    "the log of the sockets has failed, and " + waiting.get() + " entries are lost: " + failure,
                    failure);
        }
    }

    /**
     * Has everything handled that waits, and then the end.
     *
     * @return whether that was done by the deadline; if not, the thread is interrupted
     * @throws IllegalStateException if the thread has failed, with the failure as its cause
     */
    boolean stop(Deadline deadline) throws InterruptedException {
        stopping.countDown();
        Thread started = thread;
        if (started == null) {
            return true;
        }
        queue.add(new Entry.Mark(() -> {}));
        try {
            // A time of zero would be for ever.
            started.join(Math.max(1, deadline.remaining().toMillis()));
            boolean isOver = !started.isAlive();
            if (isOver) {
                requireSound();
            }
            return isOver;
        } finally {
            abandoned = true;
            adding.quiesce();
            started.interrupt();
        }
    }
}
