package dev.quiesce.benchmarks;

import dev.quiesce.lifecycle.WorkGuard;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Entering and exiting a guard, and the ways of counting that it competes with. */
@State(Scope.Benchmark)
public class GuardBenchmark {
    private final WorkGuard guard = new WorkGuard();
    private final LongAdder longAdder = new LongAdder();
    private final AtomicLong atomicLong = new AtomicLong();
    private final Semaphore semaphore = new Semaphore(Integer.MAX_VALUE);

    /** One party stays, since a phaser ends with its last one. */
    private final Phaser phaser = new Phaser(1);

    @Benchmark
    public boolean guard() {
        boolean entered = guard.tryEnter();
        guard.exit();
        return entered;
    }

    @Benchmark
    public boolean hold() {
        try (WorkGuard.Hold hold = guard.tryHold("work")) {
            return hold != null;
        }
    }

    @Benchmark
    public void longAdder() {
        longAdder.increment();
        longAdder.decrement();
    }

    @Benchmark
    public long atomicLong() {
        return atomicLong.incrementAndGet() + atomicLong.decrementAndGet();
    }

    @Benchmark
    public boolean semaphore() {
        boolean acquired = semaphore.tryAcquire();
        semaphore.release();
        return acquired;
    }

    @Benchmark
    public int phaser() {
        return phaser.register() + phaser.arriveAndDeregister();
    }
}
