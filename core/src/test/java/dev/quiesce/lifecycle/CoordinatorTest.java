package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.await;
import static dev.quiesce.lifecycle.CoordinatorFixture.hasEnded;
import static dev.quiesce.lifecycle.CoordinatorFixture.meet;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.QUIESCE;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order, barriers, and one shutdown for everybody. */
@Timeout(20)
class CoordinatorTest {
    private final CoordinatorFixture on = new CoordinatorFixture();

    @AfterEach
    void endThreads() {
        on.close();
    }

    @Test
    void chain_startsInOrder_andPassesEachBarrierBeforeItStopsInReverse() throws Exception {
        Coordinator service = on.chain();

        assertThat(service.stage()).isEqualTo(Stage.NEW);
        assertThat(service.start()).isTrue();
        assertThat(service.stage()).isEqualTo(Stage.READY);
        Report report = service.stop("test");

        assertThat(on.log().events("start")).containsExactly("start pool", "start sessions", "start http");
        assertThat(on.log().events().subList(3, 6))
                .containsExactlyInAnyOrder("quiesce http", "quiesce pool", "quiesce sessions");
        assertThat(on.log().events().subList(6, 12))
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
                    name,
                    on.component(name).on(START, deadline -> meet(bothStart)).on(STOP, deadline -> meet(bothStop)));
        }
        Coordinator service = on.coordinator(graph);

        assertThat(service.start()).isTrue();
        assertThat(service.stop("test").isClean()).isTrue();
    }

    @Test
    void stopThatFails_keepsNobodyFromStopping_andIsNamed() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool"))
                .add(
                        "sessions",
                        on.component("sessions").on(STOP, deadline -> {
                            throw new IOException("flush failed");
                        }),
                        "pool")
                .add(
                        "http",
                        on.component("http").on(STOP, deadline -> {
                            throw new AssertionError("an error, not an exception");
                        }),
                        "sessions"));
        service.start();

        Report report = service.stop("test");

        assertThat(on.log().events("stop")).containsExactly("stop http", "stop sessions", "stop pool");
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
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool"))
                .add(
                        "http",
                        on.component("http").on(STOP, deadline -> {
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
        assertThat(on.log().events("stop")).containsExactly("stop http", "stop pool");
    }

    @Test
    void handlerInFlight_canStillUseItsDatabase_whateverTheOrderOfRelease() throws Exception {
        AtomicBoolean databaseOpen = new AtomicBoolean(true);
        AtomicBoolean databaseWasOpen = new AtomicBoolean();
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("database", on.component("database").on(STOP, deadline -> databaseOpen.set(false)))
                .add("http", on.component("http").on(DRAIN, deadline -> databaseWasOpen.set(databaseOpen.get())))
                .preferStop(StopSequence.first("database").then("http")));
        service.start();
        service.stop("test");

        assertThat(on.log().events("stop")).containsExactly("stop database", "stop http");
        assertThat(databaseWasOpen).isTrue();
    }

    @Test
    void interruptedCaller_stillStopsEverything_andKeepsItsInterruptStatus() throws Exception {
        Coordinator service = on.chain();
        service.start();
        Future<Boolean> interrupted = on.caller().submit(() -> {
            Thread.currentThread().interrupt();
            service.stop("test");
            return Thread.currentThread().isInterrupted();
        });

        assertThat(interrupted.get()).isTrue();
        assertThat(on.log().events("stop")).containsExactly("stop http", "stop sessions", "stop pool");
    }

    @Test
    void aHundredCallersOfStop_getOneShutdown_andItsReport() throws Exception {
        Coordinator service = on.chain();
        service.start();
        List<Future<Report>> stops = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stops.add(on.caller().submit(() -> service.stop("test")));
        }
        List<Report> reports = new ArrayList<>();
        for (Future<Report> stop : stops) {
            reports.add(stop.get());
        }

        assertThat(Collections.frequency(on.log().events(), "stop pool")).isEqualTo(1);
        assertThat(reports).allMatch(report -> report == reports.get(0));
    }

    @Test
    void stopThatFailsAtOnce_isNotWaitedFor() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool"))
                .add(
                        "http",
                        on.component("http").on(STOP, deadline -> {
                            throw new IOException("no");
                        }),
                        "pool"));
        service.start();

        assertThat(service.stop("test").stopTime())
                .as("on a clock that stands still")
                .isZero();
    }

    @Test
    void componentThatQuiescesOrDrainsEarly_releasesNobodyFromTheBarrier() throws Exception {
        CountDownLatch lateQuiesces = new CountDownLatch(1);
        CountDownLatch lateDrains = new CountDownLatch(1);
        CountDownLatch mayQuiesce = new CountDownLatch(1);
        CountDownLatch mayDrain = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("early", on.component("early"))
                .add("dependent of early", on.component("dependent of early"), "early")
                .add(
                        "late",
                        on.component("late")
                                .on(QUIESCE, deadline -> {
                                    lateQuiesces.countDown();
                                    mayQuiesce.await();
                                })
                                .on(DRAIN, deadline -> {
                                    lateDrains.countDown();
                                    mayDrain.await();
                                })));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        lateQuiesces.await();
        await(() -> hasEnded(service, "early", Stage.QUIESCING)
                && hasEnded(service, "dependent of early", Stage.QUIESCING));
        assertThat(on.log().events("drain")).isEmpty();
        mayQuiesce.countDown();
        lateDrains.await();
        await(() -> hasEnded(service, "early", Stage.DRAINING));
        assertThat(on.log().events("stop")).isEmpty();
        mayDrain.countDown();

        assertThat(stop.get().isClean()).isTrue();
    }

    @Test
    void plan_isTheOrderThatIsUsed() throws Exception {
        ComponentGraph graph = ComponentGraph.builder()
                .add("d", on.component("d"), "b", "c")
                .add("c", on.component("c"), "b")
                .add("b", on.component("b"), "a")
                .add("a", on.component("a"))
                .build();
        Coordinator service = Coordinator.of(graph, CoordinatorFixture.BUDGETS, on.clock());
        service.start();
        service.stop("test");

        assertThat(on.log().events("start"))
                .isEqualTo(
                        graph.startOrder().stream().map(name -> "start " + name).toList());
        assertThat(on.log().events("stop"))
                .isEqualTo(
                        graph.stopOrder().stream().map(name -> "stop " + name).toList());
        assertThat(service.toString()).startsWith(graph.toString()).endsWith("""
                        Time:
                           start at most 60000 ms
                           stop at most 10000 ms: linger 0 ms, drain 6000 ms, stop 4000 ms
                        """);
    }

    @Test
    void componentWithoutQuiesceAndDrain_takesNoSuchSteps() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add(
                        "pair",
                        Lifecycle.of(
                                () -> on.log().add("start pair"),
                                deadline -> on.log().add("stop pair"))));
        service.start();

        assertThat(service.stop("test").steps())
                .extracting(Report.Step::stage)
                .containsExactly(Stage.STARTING, Stage.STOPPING);
    }

    @Test
    void report_canBeMadeAtAnyTime() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        CountDownLatch mayDrain = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("http", on.component("http").on(DRAIN, deadline -> {
                    draining.countDown();
                    mayDrain.await();
                })));
        assertThat(service.report().steps()).isEmpty();
        assertThat(service.report().reason()).isNull();
        service.start();
        assertThat(service.report().step("http", Stage.STARTING).orElseThrow().outcome())
                .isEqualTo(Outcome.COMPLETED);
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        draining.await();
        on.clock().advance(Duration.ofMillis(300));

        Report.Step running = service.report().step("http", Stage.DRAINING).orElseThrow();
        assertThat(running.outcome()).isEqualTo(Outcome.RUNNING);
        assertThat(running.took()).isEqualTo(Duration.ofMillis(300));
        assertThat(running.stack()).isNotEmpty();
        assertThat(service.report().summary())
                .startsWith("Not at an end: DRAINING in 300 ms (test): http has not ended while draining after 300 ms");
        mayDrain.countDown();
        assertThat(stop.get().step("http", Stage.DRAINING).orElseThrow().outcome())
                .isEqualTo(Outcome.COMPLETED);
        assertThat(service.report()).isSameAs(stop.get());
    }
}
