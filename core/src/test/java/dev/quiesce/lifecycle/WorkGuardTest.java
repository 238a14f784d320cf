package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.WorkGuard.Hold;
import dev.quiesce.lifecycle.WorkGuard.Holder;
import dev.quiesce.lifecycle.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkGuardTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ManualClock clock = new ManualClock();
    private final WorkGuard guard = new WorkGuard(clock);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void work_isCounted_fromItsEntryToItsExit() throws Exception {
        assertThat(guard.inFlight()).hasValue(0);
        assertThat(guard.tryEnter()).isTrue();
        assertThat(guard.tryEnter()).isTrue();
        assertThat(guard.inFlight()).hasValue(2);
        guard.exit();
        assertThat(guard.inFlight()).hasValue(1);
        assertThat(guard.awaitIdle(Deadline.after(Duration.ZERO, clock))).isFalse();
        guard.exit();
        assertThat(guard.inFlight()).hasValue(0);
        assertThat(guard.awaitIdle(Deadline.after(Duration.ZERO, clock))).isTrue();
    }

    @Test
    void quiesce_refusesNewWork_andLetsTheRestGoOn() throws Exception {
        assertThat(guard.isQuiesced()).isFalse();
        guard.tryEnter();
        guard.quiesce();

        assertThat(guard.isQuiesced()).isTrue();
        assertThat(guard.tryEnter()).isFalse();
        assertThat(guard.tryHold("late")).isNull();
        assertThat(guard.inFlight()).hasValue(1);
        guard.exit();
        assertThat(guard.awaitIdle(Deadline.after(LONG))).isTrue();
    }

    @Test
    void workMayExit_onAnotherThread() throws Exception {
        for (int i = 0; i < 32; i++) {
            assertThat(guard.tryEnter()).isTrue();
        }
        List<Future<?>> exits = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            exits.add(threads.submit(guard::exit));
        }
        for (Future<?> exit : exits) {
            exit.get();
        }

        assertThat(guard.inFlight()).hasValue(0);
    }

    @Test
    void drain_endsWithTheLastWork() throws Exception {
        Hold one = guard.tryHold("one");
        Hold two = guard.tryHold("two");
        Future<Boolean> idle = threads.submit(() -> guard.awaitIdle(Deadline.after(LONG)));
        one.close();
        assertThat(idle.isDone()).isFalse();
        two.close();

        assertThat(idle.get()).isTrue();
    }

    @Test
    void drainThatRunsOut_namesTheOldestHolders_andTheirAge() {
        for (int i = 1; i <= 7; i++) {
            assertThat(guard.tryHold("GET /" + i)).isNotNull();
            clock.advance(Duration.ofMillis(100));
        }
        guard.quiesce();

        assertThatThrownBy(() -> guard.drain(Deadline.after(Duration.ZERO, clock)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("7 in flight: GET /1 (700 ms), GET /2 (600 ms), GET /3 (500 ms), GET /4 (400 ms),"
                        + " GET /5 (300 ms), …");
    }

    @Test
    void nameThatIsNotKnownAtFirst_isAskedFor_onlyWhenSomebodyWantsToKnow() {
        AtomicInteger asked = new AtomicInteger();
        Hold hold = guard.tryHold(() -> "GET /" + asked.incrementAndGet());
        assertThat(asked).hasValue(0);

        assertThat(guard.describe()).isEqualTo("1 in flight: GET /1 (0 ms)");
        hold.close();
        assertThat(guard.describe()).isEqualTo("0 in flight");
        assertThat(asked).hasValue(1);
    }

    @Test
    void fiveHolders_areAllNamed() {
        for (int i = 1; i <= 5; i++) {
            guard.tryHold("GET /" + i);
            clock.advance(Duration.ofMillis(100));
        }

        assertThat(guard.describe())
                .isEqualTo(
                        "5 in flight: GET /1 (500 ms), GET /2 (400 ms), GET /3 (300 ms), GET /4 (200 ms), GET /5 (100 ms)");
    }

    @Test
    void drainThatRunsOut_countsWorkWithoutAName() {
        guard.tryEnter();
        guard.tryHold("flush");

        assertThatThrownBy(() -> guard.drain(Deadline.after(Duration.ZERO, clock)))
                .hasMessage("2 in flight: flush (0 ms)");
    }

    @Test
    void holders_tellWhoSinceWhenAndWhere() {
        Hold hold = guard.tryHold("job 7");
        clock.advance(Duration.ofSeconds(3));

        assertThat(guard.holders())
                .containsExactly(new Holder(
                        "job 7", Duration.ofSeconds(3), Thread.currentThread().getName()));
        hold.close();
        assertThat(guard.holders()).isEmpty();
    }

    @Test
    void holdClosedTwice_exitsOnce() {
        guard.tryEnter();
        Hold hold = guard.tryHold("twice");
        hold.close();
        hold.close();

        assertThat(guard.inFlight()).hasValue(1);
    }

    @Test
    void exitTooMany_isToldToWhoeverWaits() {
        guard.tryEnter();
        guard.exit();
        guard.exit();

        assertThatThrownBy(() -> guard.awaitIdle(Deadline.after(LONG)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("exit was called 1 times more often than work has entered");
        assertThat(guard.inFlight()).hasValue(0);
    }

    @Test
    void interruptedWait_ends() {
        guard.tryEnter();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> guard.awaitIdle(Deadline.after(LONG))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void stop_refusesWork_withoutWaiting() {
        guard.tryEnter();
        guard.stop(Deadline.after(LONG));

        assertThat(guard.tryEnter()).isFalse();
    }

    @Test
    void asAComponent_itKeepsWhatWorkNeeds_openUntilTheWorkIsDone() throws Exception {
        List<String> events = new ArrayList<>();
        WorkGuard jobs = new WorkGuard();
        Coordinator service = Coordinator.of(ComponentGraph.builder()
                .add("pool", Lifecycle.of(() -> {}, deadline -> events.add("pool closed")))
                .add("jobs", jobs, "pool")
                .build());
        service.start();
        Hold job = jobs.tryHold("job");
        Future<Report> stop = threads.submit(() -> service.stop("test"));
        CoordinatorFixture.await(() -> service.report()
                .step("jobs", Stage.DRAINING)
                .filter(step -> step.inFlightAtBegin().isPresent())
                .isPresent());
        events.add("job done");
        job.close();

        assertThat(stop.get().isClean()).isTrue();
        assertThat(events).containsExactly("job done", "pool closed");
        assertThat(stop.get().step("jobs", Stage.DRAINING).orElseThrow().inFlightAtBegin())
                .hasValue(1);
        assertThat(stop.get().step("jobs", Stage.DRAINING).orElseThrow().inFlightAtEnd())
                .hasValue(0);
    }

    @Test
    void noWorkIsAccepted_onceQuiesceHasReturned_norMissedByTheWait() throws Exception {
        for (int round = 0; round < 500; round++) {
            WorkGuard raced = new WorkGuard();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger entered = new AtomicInteger();
            CountDownLatch running = new CountDownLatch(3);
            List<Future<?>> workers = new ArrayList<>();
            for (int worker = 0; worker < 3; worker++) {
                workers.add(threads.submit(() -> {
                    running.countDown();
                    while (raced.tryEnter()) {
                        inside.incrementAndGet();
                        entered.incrementAndGet();
                        inside.decrementAndGet();
                        raced.exit();
                    }
                }));
            }
            running.await();
            raced.quiesce();
            assertThat(raced.awaitIdle(Deadline.after(LONG))).isTrue();
            int then = entered.get();
            assertThat(inside).hasValue(0);
            for (Future<?> worker : workers) {
                worker.get();
            }
            assertThat(entered).hasValue(then);
        }
    }

    @Test
    void openGuardThatIsNeverIdle_isNeverSeenIdle() throws Exception {
        WorkGuard busy = new WorkGuard();
        Semaphore mayEnter = new Semaphore(1);
        Semaphore mayExit = new Semaphore(0);
        busy.tryEnter();
        threads.submit(() -> {
            while (true) {
                mayEnter.acquire();
                busy.tryEnter();
                mayExit.release();
            }
        });
        threads.submit(() -> {
            while (true) {
                mayExit.acquire();
                busy.exit();
                mayEnter.release();
            }
        });

        for (int look = 0; look < 20_000; look++) {
            assertThat(busy.awaitIdle(Deadline.after(Duration.ZERO))).isFalse();
        }
    }
}
