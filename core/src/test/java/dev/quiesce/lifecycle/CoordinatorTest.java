package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.QUIESCE;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.ManualClock;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CoordinatorTest {
    private static final Budgets BUDGETS =
            new Budgets(Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ZERO, Duration.ofSeconds(4));

    private final EventLog log = new EventLog();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch never = new CountDownLatch(1);
    private final ExecutorService caller = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        never.countDown();
        caller.shutdownNow();
    }

    @Test
    void chain_startsInOrder_andPassesEachBarrierBeforeItStopsInReverse() throws Exception {
        Coordinator service = chain();

        assertThat(service.stage()).isEqualTo(Stage.NEW);
        assertThat(service.start()).isTrue();
        assertThat(service.stage()).isEqualTo(Stage.READY);
        Report report = service.stop("test");

        assertThat(log.events("start")).containsExactly("start pool", "start sessions", "start http");
        assertThat(log.events().subList(3, 6))
                .containsExactlyInAnyOrder("quiesce http", "quiesce pool", "quiesce sessions");
        assertThat(log.events().subList(6, 12))
                .containsExactly(
                        "drain http", "drain sessions", "drain pool", "stop http", "stop sessions", "stop pool");
        assertThat(service.stage()).isEqualTo(Stage.STOPPED);
        assertThat(report.isClean()).isTrue();
        assertThat(report.reason()).isEqualTo("test");
        assertThat(report.started()).isTrue();
        assertThat(report.steps()).hasSize(12).allMatch(step -> step.outcome() == Outcome.COMPLETED);
    }

    @Test
    void noComponents_startAndStop() throws Exception {
        Coordinator service = Coordinator.of(ComponentGraph.builder().build());

        assertThat(service.start()).isTrue();
        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(service.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void whatTheGraphLeavesFree_runsSideBySide() throws Exception {
        CountDownLatch bothStart = new CountDownLatch(2);
        CountDownLatch bothStop = new CountDownLatch(2);
        ComponentGraph.Builder graph = ComponentGraph.builder();
        for (String name : List.of("a", "b")) {
            graph.add(
                    name, component(name).on(START, deadline -> meet(bothStart)).on(STOP, deadline -> meet(bothStop)));
        }
        Coordinator service = coordinator(graph);

        assertThat(service.start()).isTrue();
        assertThat(service.stop("test").isClean()).isTrue();
    }

    @Test
    void failedStart_rollsBackInReverse_andTheFirstErrorIsPrimary() {
        IOException primary = new IOException("port taken");
        IllegalStateException secondary = new IllegalStateException("cannot close");
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("a", component("a").on(STOP, deadline -> {
                    throw secondary;
                }))
                .add("b", component("b"), "a")
                .add(
                        "c",
                        component("c").on(START, deadline -> {
                            throw primary;
                        }),
                        "b")
                .add("d", component("d"), "c"));

        assertThatThrownBy(service::start)
                .isInstanceOf(StartFailedException.class)
                .hasMessage("c failed while starting after 0 ms: port taken")
                .hasCause(primary)
                .hasSuppressedException(secondary);
        assertThat(log.events("start", "stop"))
                .as("c is stopped too, so that what it had half opened is released; d is never touched")
                .containsExactly("start a", "start b", "start c", "stop c", "stop b", "stop a");
        assertThat(log.events("drain")).containsExactly("drain b", "drain a");
        assertThat(service.stage()).isEqualTo(Stage.FAILED);
        assertThat(service.stop("later").started()).isFalse();
    }

    @Test
    void startThatHangs_isNamedWithItsStack_andWhatHasStartedIsRolledBack() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("a", component("a"))
                .add("stuck", component("stuck").on(START, deadline -> hang(entered)), "a"));
        Future<Boolean> start = caller.submit(service::start);
        entered.await();
        clock.advance(BUDGETS.start());

        assertThatThrownBy(start::get)
                .cause()
                .isInstanceOf(StartFailedException.class)
                .hasMessageStartingWith("stuck overran while starting after 60000 ms at ")
                .cause()
                .hasStackTraceContaining("CoordinatorTest.hang");
        assertThat(log.events("stop")).containsExactly("stop stuck", "stop a");
    }

    @Test
    void stopRequestedDuringTheStart_interruptsIt_startsNothingMore_andRollsBack() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("a", component("a"))
                .add(
                        "slow",
                        component("slow").on(START, deadline -> {
                            entered.countDown();
                            never.await();
                        }),
                        "a")
                .add("z", component("z"), "slow"));
        Future<Boolean> start = caller.submit(service::start);
        entered.await();

        Report report = service.stop("SIGTERM");

        assertThat(start.get()).isFalse();
        assertThat(log.events("start", "stop")).containsExactly("start a", "start slow", "stop slow", "stop a");
        assertThat(report.isClean()).isTrue();
        assertThat(report.started()).isFalse();
        assertThat(report.reason()).isEqualTo("SIGTERM");
        assertThat(report.step("slow", Stage.STARTING).orElseThrow().outcome()).isEqualTo(Outcome.CUT);
        assertThat(service.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void startThatIsDeafToACancel_isAbandoned_andCountsAsAFaultOfTheStop() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("a", component("a"))
                .add("deaf", component("deaf").on(START, deadline -> hang(entered)), "a"));
        Future<Boolean> start = caller.submit(service::start);
        entered.await();
        Future<Report> stop = caller.submit(() -> service.stop("SIGTERM"));
        await(() -> log.events("interrupted").size() == 1);
        clock.advance(BUDGETS.drain());

        assertThat(start.get()).isFalse();
        assertThat(stop.get().faults()).extracting(Report.Step::component).containsExactly("deaf");
        assertThat(stop.get().reason()).isEqualTo("SIGTERM");
        assertThat(log.events("stop")).containsExactly("stop deaf", "stop a");
    }

    @Test
    void stopRequestedBeforeTheStart_startsNothing() throws Exception {
        Coordinator service = chain();
        service.requestStop("early");

        assertThat(service.start()).isFalse();
        assertThat(service.stop("late").reason()).isEqualTo("early");
        assertThat(log.events()).isEmpty();
    }

    @Test
    void stopBeforeTheStart_isClean_andTheStartDoesNothing() throws Exception {
        Coordinator service = chain();

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(service.start()).isFalse();
        assertThat(log.events()).isEmpty();
        assertThat(service.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void secondStart_isRefused() throws Exception {
        Coordinator service = chain();
        service.start();

        assertThatThrownBy(service::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("A coordinator starts its service once; it is READY now");
        service.stop("test");
        assertThatThrownBy(service::start).hasMessageEndingWith("it is STOPPED now");
    }

    @Test
    void stopThatFails_keepsNobodyFromStopping_andIsNamed() throws Exception {
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool"))
                .add(
                        "sessions",
                        component("sessions").on(STOP, deadline -> {
                            throw new IOException("flush failed");
                        }),
                        "pool")
                .add(
                        "http",
                        component("http").on(STOP, deadline -> {
                            throw new AssertionError("an error, not an exception");
                        }),
                        "sessions"));
        service.start();

        Report report = service.stop("test");

        assertThat(log.events("stop")).containsExactly("stop http", "stop sessions", "stop pool");
        assertThat(report.faults())
                .extracting(Report.Step::component, Report.Step::outcome)
                .containsExactly(tuple("http", Outcome.FAILED), tuple("sessions", Outcome.FAILED));
        assertThat(report.summary())
                .isEqualTo("Stopped with faults in 0 ms (test): http failed while stopping after 0 ms: an error, not an"
                        + " exception; sessions failed while stopping after 0 ms: flush failed");
        assertThat(service.stage()).isEqualTo(Stage.FAILED);
    }

    @Test
    void errorThatCannotEvenTellItsMessage_isContained() throws Exception {
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool"))
                .add(
                        "http",
                        component("http").on(STOP, deadline -> {
                            throw new IllegalStateException() {
                                private static final long serialVersionUID = 1L;

                                @Override
                                public String getMessage() {
                                    throw new UnsupportedOperationException("no message");
                                }
                            };
                        }),
                        "pool"));
        service.start();

        assertThat(service.stop("test").faults())
                .extracting(Report.Step::component)
                .containsExactly("http");
        assertThat(log.events("stop")).containsExactly("stop http", "stop pool");
    }

    @Test
    void failedStart_thenStopRequest_haveOneTotalTogether() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch mayFail = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("bad", component("bad").on(START, deadline -> {
                    mayFail.await();
                    throw new IOException("refused");
                }))
                .add("deaf", component("deaf").on(START, deadline -> hang(entered))));
        Future<Boolean> start = caller.submit(service::start);
        entered.await();
        mayFail.countDown();
        await(() -> log.events("interrupted").size() == 1);
        Future<Report> stop = caller.submit(() -> service.stop("SIGTERM"));
        clock.advance(BUDGETS.drain());

        assertThatThrownBy(start::get).hasCauseInstanceOf(StartFailedException.class);
        assertThat(stop.get().stopTime()).isLessThanOrEqualTo(BUDGETS.total());
    }

    @Test
    void stopThatHangs_isAbandoned_andItsDependenciesStillStop() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool"))
                .add("http", component("http").on(STOP, deadline -> hang(entered)), "pool"));
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        entered.await();
        clock.advance(BUDGETS.total().dividedBy(2));

        Report report = stop.get();
        assertThat(log.events("stop")).containsExactly("stop http", "stop pool");
        Report.Step culprit = report.faults().get(0);
        assertThat(culprit.outcome()).isEqualTo(Outcome.OVERRAN);
        assertThat(culprit.component()).isEqualTo("http");
        assertThat(culprit.stack()).anyMatch(frame -> frame.getMethodName().equals("hang"));
        assertThat(report.stopTime()).isLessThanOrEqualTo(BUDGETS.total());
    }

    @Test
    void stopThatHangs_leavesEachStepThatFollowsItsShareOfTheTime() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<Duration> leftForPool = new AtomicReference<>();
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool").on(STOP, deadline -> leftForPool.set(deadline.remaining())))
                .add("http", component("http").on(STOP, deadline -> hang(entered)), "pool"));
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        entered.await();
        clock.advance(Duration.ofMillis(4999));
        assertThat(log.events("stop")).containsExactly("stop http");
        clock.advance(Duration.ofMillis(1));
        stop.get();

        assertThat(leftForPool.get()).isBetween(Duration.ofMillis(4800), Duration.ofMillis(5000));
    }

    @Test
    void drainThatHangs_costsNoComponentItsStop() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<Duration> leftForStop = new AtomicReference<>();
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool").on(STOP, deadline -> leftForStop.set(deadline.remaining())))
                .add("http", component("http").on(DRAIN, deadline -> hang(entered)), "pool"));
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        entered.await();
        clock.advance(Duration.ofSeconds(6));

        Report report = stop.get();
        assertThat(log.events("drain", "stop")).containsExactly("drain http", "drain pool", "stop http", "stop pool");
        assertThat(leftForStop.get()).isBetween(Duration.ofMillis(3800), Duration.ofMillis(4000));
        assertThat(report.faults()).extracting(Report.Step::component).containsExactly("http");
        assertThat(report.faults()).extracting(Report.Step::stage).containsExactly(Stage.DRAINING);
    }

    @Test
    void drainThatGivesUpAtItsDeadline_isReportedWithItsOwnWords() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool").on(DRAIN, deadline -> {
                    entered.countDown();
                    while (!deadline.isExpired()) {
                        Thread.onSpinWait();
                    }
                    throw new IOException("3 connections are still borrowed");
                })));
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        entered.await();
        clock.advance(Duration.ofMillis(5800));

        assertThat(stop.get().summary()).contains("pool failed while draining after 5800 ms: 3 connections are still");
    }

    @Test
    void quiesceThatHangs_leavesDrainingItsTime() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<Duration> leftForDrain = new AtomicReference<>();
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("bad", component("bad").on(QUIESCE, deadline -> hang(entered)))
                .add("good", component("good").on(DRAIN, deadline -> leftForDrain.set(deadline.remaining()))));
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        entered.await();
        await(() -> hasEnded(service, "good", Stage.QUIESCING));
        clock.advance(Duration.ofSeconds(1));

        assertThat(stop.get().faults()).extracting(Report.Step::component).containsExactly("bad");
        assertThat(leftForDrain.get()).isGreaterThanOrEqualTo(Duration.ofMillis(4800));
    }

    @Test
    void handlerInFlight_canStillUseItsDatabase_whateverTheOrderOfRelease() throws Exception {
        AtomicBoolean databaseOpen = new AtomicBoolean(true);
        AtomicBoolean databaseWasOpen = new AtomicBoolean();
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("database", component("database").on(STOP, deadline -> databaseOpen.set(false)))
                .add("http", component("http").on(DRAIN, deadline -> databaseWasOpen.set(databaseOpen.get())))
                .preferStop(StopSequence.first("database").then("http")));
        service.start();
        service.stop("test");

        assertThat(log.events("stop")).containsExactly("stop database", "stop http");
        assertThat(databaseWasOpen).isTrue();
    }

    @Test
    void linger_keepsServing_untilItsTimeIsOver() throws Exception {
        Coordinator service = Coordinator.of(graph(), BUDGETS.withLinger(Duration.ofSeconds(2)), clock);
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        await(() -> service.stage() == Stage.LINGERING);
        assertThat(log.events("quiesce", "drain", "stop")).isEmpty();
        clock.advance(Duration.ofSeconds(2));

        assertThat(stop.get().stopTime()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void hurry_cutsLingerAndDrain_butEverythingIsStopped() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = Coordinator.of(
                ComponentGraph.builder()
                        .add("pool", component("pool"))
                        .add(
                                "http",
                                component("http").on(DRAIN, deadline -> {
                                    entered.countDown();
                                    never.await();
                                }),
                                "pool")
                        .build(),
                BUDGETS.withLinger(Duration.ofSeconds(2)),
                clock);
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        await(() -> service.stage() == Stage.LINGERING);
        clock.advance(Duration.ofSeconds(2));
        entered.await();
        service.hurry();

        Report report = stop.get();
        assertThat(log.events("drain", "stop")).containsExactly("drain http", "stop http", "stop pool");
        assertThat(report.hurried()).isTrue();
        assertThat(report.step("http", Stage.DRAINING).orElseThrow().outcome()).isEqualTo(Outcome.CUT);
        assertThat(report.step("pool", Stage.DRAINING).orElseThrow().outcome()).isEqualTo(Outcome.SKIPPED);
    }

    @Test
    void lateEndOfAnAbandonedStep_changesNothing() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch poolStopping = new CountDownLatch(1);
        CountDownLatch lateEnd = new CountDownLatch(1);
        Coordinator service = coordinator(ComponentGraph.builder()
                .add("pool", component("pool").on(STOP, deadline -> {
                    poolStopping.countDown();
                    lateEnd.await();
                }))
                .add(
                        "http",
                        component("http").on(STOP, deadline -> {
                            entered.countDown();
                            while (poolStopping.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                            lateEnd.countDown();
                        }),
                        "pool"));
        service.start();
        Future<Report> stop = caller.submit(() -> service.stop("test"));
        entered.await();
        clock.advance(Duration.ofSeconds(5));

        Report report = stop.get();
        assertThat(report.steps().stream().filter(step -> step.stage() == Stage.STOPPING))
                .extracting(Report.Step::component, Report.Step::outcome)
                .containsExactly(tuple("http", Outcome.OVERRAN), tuple("pool", Outcome.COMPLETED));
    }

    @Test
    void interruptedCaller_stillStopsEverything_andKeepsItsInterruptStatus() throws Exception {
        Coordinator service = chain();
        service.start();
        Future<Boolean> interrupted = caller.submit(() -> {
            Thread.currentThread().interrupt();
            service.stop("test");
            return Thread.currentThread().isInterrupted();
        });

        assertThat(interrupted.get()).isTrue();
        assertThat(log.events("stop")).containsExactly("stop http", "stop sessions", "stop pool");
    }

    @Test
    void aHundredCallersOfStop_getOneShutdown_andItsReport() throws Exception {
        Coordinator service = chain();
        service.start();
        List<Future<Report>> stops = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stops.add(caller.submit(() -> service.stop("test")));
        }
        List<Report> reports = new ArrayList<>();
        for (Future<Report> stop : stops) {
            reports.add(stop.get());
        }

        assertThat(Collections.frequency(log.events(), "stop pool")).isEqualTo(1);
        assertThat(reports).allMatch(report -> report == reports.get(0));
    }

    @Test
    void stopAtAnyMomentOfTheStart_leavesNothingStarted() throws Exception {
        for (int i = 0; i < 500; i++) {
            EventLog events = new EventLog();
            ComponentGraph.Builder graph = ComponentGraph.builder();
            for (String name : List.of("a", "b", "c", "d")) {
                graph.add(name, new RecordingComponent(name, events));
            }
            graph.add("e", new RecordingComponent("e", events), "a", "b");
            Coordinator service = Coordinator.of(graph.build(), BUDGETS);
            Future<Boolean> start = caller.submit(service::start);
            int spins = i * 20;
            for (int spin = 0; spin < spins; spin++) {
                Thread.onSpinWait();
            }
            service.stop("race");
            start.get();

            for (String event : events.events("start")) {
                assertThat(events.indexOf(event.replace("start", "stop"))).isGreaterThan(events.indexOf(event));
            }
            assertThat(service.stage()).isEqualTo(Stage.STOPPED);
        }
    }

    @Test
    void components_tellWhereEachStands() throws Exception {
        Coordinator service = chain();
        assertThat(service.components()).extracting(ComponentStatus::name).containsExactly("pool", "sessions", "http");
        assertThat(service.components()).allMatch(status -> status.lastStep() == null);
        service.start();
        assertThat(service.components())
                .allMatch(
                        status -> status.lastStep() != null && status.lastStep().stage() == Stage.STARTING);
        service.stop("test");
    }

    private Coordinator chain() {
        return Coordinator.of(graph(), BUDGETS, clock);
    }

    private ComponentGraph graph() {
        return ComponentGraph.builder()
                .add("http", component("http"), "sessions")
                .add("pool", component("pool"))
                .add("sessions", component("sessions"), "pool")
                .build();
    }

    private Coordinator coordinator(ComponentGraph.Builder graph) {
        return Coordinator.of(graph.build(), BUDGETS, clock);
    }

    private RecordingComponent component(String name) {
        return new RecordingComponent(name, log);
    }

    private static boolean hasEnded(Coordinator service, String component, Stage stage) {
        return service.components().stream()
                .filter(status -> status.name().equals(component))
                .map(ComponentStatus::lastStep)
                .anyMatch(step -> step != null && step.stage() == stage);
    }

    /** Hangs, deaf to interrupts, until the test is over. */
    private void hang(CountDownLatch entered) {
        entered.countDown();
        while (never.getCount() > 0) {
            try {
                never.await();
            } catch (InterruptedException e) {
                log.add("interrupted");
            }
        }
    }

    private static void meet(CountDownLatch others) throws Exception {
        others.countDown();
        if (!others.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the other did not come");
        }
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
