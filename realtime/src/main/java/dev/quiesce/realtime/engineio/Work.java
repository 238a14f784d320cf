package dev.quiesce.realtime.engineio;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what handlers do: what was accepted before draining began apart from what came later, so that draining ends although
 * messages keep coming. Safe for use by many threads.
 */
final class Work {
    private final WorkGuard accepted = new WorkGuard();
    private final WorkGuard late = new WorkGuard();
    private final LongAdder lateSoFar = new LongAdder();

    /** Counts one more piece of work, and returns what must be run once it has ended. */
    Runnable begin() {
        if (accepted.tryEnter()) {
            return accepted::exit;
        }
        lateSoFar.increment();
        late.tryEnter();
        return late::exit;
    }

    /** Takes what begins from now on for late. */
    void drain() {
        accepted.quiesce();
    }

    boolean awaitAccepted(Deadline deadline) throws InterruptedException {
        return accepted.awaitIdle(deadline);
    }

    boolean awaitAll(Deadline deadline) throws InterruptedException {
        return accepted.awaitIdle(deadline) && late.awaitIdle(deadline);
    }

    long inFlight() {
        return accepted.inFlight().orElse(0) + late.inFlight().orElse(0);
    }

    long lateSoFar() {
        return lateSoFar.sum();
    }
}
