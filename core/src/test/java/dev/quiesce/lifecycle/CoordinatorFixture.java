package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.ManualClock;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What tests of the coordinator work with: recorded components, a manual clock, and threads that call or hang. */
final class CoordinatorFixture implements AutoCloseable {
    static final Budgets BUDGETS = Budgets.ofTotal(Duration.ofSeconds(10)).withStop(Duration.ofSeconds(4));

    private final EventLog log = new EventLog();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService caller = Executors.newCachedThreadPool();

    EventLog log() {
        return log;
    }

    ManualClock clock() {
        return clock;
    }

    ExecutorService caller() {
        return caller;
    }

    /** Returns the coordinator of the chain http, sessions, pool. */
    Coordinator chain() {
        return Coordinator.of(graph(), BUDGETS, clock);
    }

    ComponentGraph graph() {
        return ComponentGraph.builder()
                .add("http", component("http"), "sessions")
                .add("pool", component("pool"))
                .add("sessions", component("sessions"), "pool")
                .build();
    }

    Coordinator coordinator(ComponentGraph.Builder graph) {
        return Coordinator.of(graph.build(), BUDGETS, clock);
    }

    RecordingComponent component(String name) {
        return new RecordingComponent(name, log);
    }

    /** Hangs until the test is over or the thread is interrupted. */
    void awaitEnd() throws InterruptedException {
        end.await();
    }

    /** Hangs, deaf to interrupts, until the test is over. */
    void hang(CountDownLatch entered) {
        entered.countDown();
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                log.add("interrupted");
            }
        }
    }

    /** Waits for the others that count down this latch. */
    static void meet(CountDownLatch others) throws Exception {
        others.countDown();
        if (!others.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the other did not come");
        }
    }

    static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    static boolean hasEnded(Coordinator service, String component, Stage stage) {
        return service.report().step(component, stage).stream().anyMatch(step -> step.outcome() != Outcome.RUNNING);
    }

    @Override
    public void close() {
        end.countDown();
        caller.shutdownNow();
    }
}
