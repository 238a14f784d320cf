package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.BUDGETS;
import static dev.quiesce.lifecycle.CoordinatorFixture.await;
import static dev.quiesce.lifecycle.CoordinatorFixture.hasEnded;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.QUIESCE;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets how much time, on a manual clock. */
@Timeout(20)
class CoordinatorTimeTest {
    private final CoordinatorFixture on = new CoordinatorFixture();

    @AfterEach
    void endThreads() {
        on.close();
    }

    @Test
    void stopThatHangs_isAbandoned_andItsDependenciesStillStop() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool"))
                .add("http", on.component("http").on(STOP, deadline -> on.hang(entered)), "pool"));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(BUDGETS.total().dividedBy(2));

        Report report = stop.get();
        assertThat(on.log().events("stop")).containsExactly("stop http", "stop pool");
        Report.Step culprit = report.faults().get(0);
        assertThat(culprit.outcome()).isEqualTo(Outcome.OVERRAN);
        assertThat(culprit.component()).isEqualTo("http");
        assertThat(culprit.stack()).anyMatch(frame -> frame.getMethodName().equals("hang"));
        assertThat(report.stopTime()).isLessThanOrEqualTo(BUDGETS.total());
    }

    @Test
    void countThatHangs_keepsNoStepFromBeingTaken() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder().add("pool", new Lifecycle() {
            @Override
            public void start() {
                on.log().add("start pool");
            }

            @Override
            public void stop(Deadline deadline) {
                on.log().add("stop pool");
            }

            @Override
            public OptionalLong inFlight() {
                on.hang(entered);
                return OptionalLong.of(1);
            }
        }));
        service.start();

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(on.log().events("stop")).containsExactly("stop pool");
    }

    @Test
    void stopThatHangs_leavesEachStepThatFollowsItsShareOfTheTime() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<Duration> leftForPool = new AtomicReference<>();
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool").on(STOP, deadline -> leftForPool.set(deadline.remaining())))
                .add("http", on.component("http").on(STOP, deadline -> on.hang(entered)), "pool"));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(Duration.ofMillis(4874));
        assertThat(on.log().events("stop")).containsExactly("stop http");
        on.clock().advance(Duration.ofMillis(1));
        stop.get();

        assertThat(leftForPool.get()).isBetween(Duration.ofMillis(4600), Duration.ofMillis(4875));
    }

    @Test
    void drainThatHangs_costsNoComponentItsStop() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<Duration> leftForStop = new AtomicReference<>();
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool").on(STOP, deadline -> leftForStop.set(deadline.remaining())))
                .add("http", on.component("http").on(DRAIN, deadline -> on.hang(entered)), "pool"));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(Duration.ofSeconds(6));

        Report report = stop.get();
        assertThat(on.log().events("drain", "stop"))
                .containsExactly("drain http", "drain pool", "stop http", "stop pool");
        assertThat(leftForStop.get()).isBetween(Duration.ofMillis(3500), Duration.ofMillis(3750));
        assertThat(report.faults()).extracting(Report.Step::component).containsExactly("http");
        assertThat(report.faults()).extracting(Report.Step::stage).containsExactly(Stage.DRAINING);
    }

    @Test
    void drainThatGivesUpAtItsDeadline_isReportedWithItsOwnWords() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool").on(DRAIN, deadline -> {
                    entered.countDown();
                    while (!deadline.isExpired()) {
                        Thread.onSpinWait();
                    }
                    throw new IOException("3 connections are still borrowed");
                })));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(Duration.ofMillis(5800));

        assertThat(stop.get().summary()).contains("pool failed while draining after 5800 ms: 3 connections are still");
    }

    @Test
    void quiesceThatHangs_leavesDrainingItsTime() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicReference<Duration> leftForDrain = new AtomicReference<>();
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("bad", on.component("bad").on(QUIESCE, deadline -> on.hang(entered)))
                .add("good", on.component("good").on(DRAIN, deadline -> leftForDrain.set(deadline.remaining()))));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        await(() -> hasEnded(service, "good", Stage.QUIESCING));
        on.clock().advance(Duration.ofSeconds(1));

        assertThat(stop.get().faults()).extracting(Report.Step::component).containsExactly("bad");
        assertThat(leftForDrain.get()).isGreaterThanOrEqualTo(Duration.ofMillis(4800));
    }

    @Test
    void report_hasTheTimesOfEverything() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add(
                        "pool",
                        on.component("pool").on(START, deadline -> on.clock().advance(Duration.ofMillis(70))))
                .add(
                        "http",
                        on.component("http")
                                .on(START, deadline -> on.clock().advance(Duration.ofMillis(30)))
                                .on(QUIESCE, deadline -> on.clock().advance(Duration.ofMillis(1)))
                                .on(DRAIN, deadline -> on.clock().advance(Duration.ofMillis(400)))
                                .on(STOP, deadline -> on.clock().advance(Duration.ofMillis(20))),
                        "pool"));
        assertThat(service.report().stages()).isEmpty();
        service.start();
        on.clock().advance(Duration.ofSeconds(5));
        assertThat(service.report().stages())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(Stage.STARTING, Duration.ofMillis(100), Stage.READY, Duration.ofSeconds(5)));
        Report report = service.stop("test");
        on.clock().advance(Duration.ofSeconds(7));

        assertThat(report.startTime()).isEqualTo(Duration.ofMillis(100));
        assertThat(report.stopTime()).isEqualTo(Duration.ofMillis(421));
        assertThat(report.stages())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        Stage.STARTING, Duration.ofMillis(100),
                        Stage.READY, Duration.ofSeconds(5),
                        Stage.LINGERING, Duration.ZERO,
                        Stage.QUIESCING, Duration.ofMillis(1),
                        Stage.DRAINING, Duration.ofMillis(400),
                        Stage.STOPPING, Duration.ofMillis(20)));
        assertThat(List.of(
                        began(report, "pool", Stage.STARTING),
                        began(report, "http", Stage.STARTING),
                        began(report, "http", Stage.DRAINING),
                        began(report, "http", Stage.STOPPING),
                        began(report, "pool", Stage.STOPPING)))
                .containsExactly(0L, 70L, 1L, 401L, 421L);
    }

    private static long began(Report report, String component, Stage stage) {
        return report.step(component, stage).orElseThrow().began().toMillis();
    }

    @Test
    void report_whileStarting_hasTheTimeSinceTheBegin() throws Exception {
        CountDownLatch starting = new CountDownLatch(1);
        CountDownLatch mayStart = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool").on(START, deadline -> {
                    starting.countDown();
                    mayStart.await();
                })));
        Future<Boolean> start = on.caller().submit(service::start);
        starting.await();
        on.clock().advance(Duration.ofMillis(250));

        assertThat(service.report().startTime()).isEqualTo(Duration.ofMillis(250));
        assertThat(service.report().stages()).containsEntry(Stage.STARTING, Duration.ofMillis(250));
        mayStart.countDown();
        assertThat(start.get()).isTrue();
    }

    @Test
    void skippedStep_hasThePointAtWhichItWasSkipped() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool"))
                .add(
                        "http",
                        on.component("http").on(DRAIN, deadline -> {
                            draining.countDown();
                            on.awaitEnd();
                        }),
                        "pool"));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        draining.await();
        on.clock().advance(Duration.ofMillis(300));
        service.hurry();

        assertThat(stop.get().step("pool", Stage.DRAINING).orElseThrow().outcome())
                .isEqualTo(Outcome.SKIPPED);
        assertThat(began(stop.get(), "pool", Stage.DRAINING)).isEqualTo(300);
    }

    @Test
    void quiesceThatHangs_getsAQuarterOfAShortDrain() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = Coordinator.of(
                ComponentGraph.builder()
                        .add("bad", on.component("bad").on(QUIESCE, deadline -> on.hang(entered)))
                        .build(),
                Budgets.ofTotal(Duration.ofSeconds(2)).withStop(Duration.ofSeconds(1)),
                on.clock());
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(Duration.ofMillis(240));
        assertThat(service.stage()).isEqualTo(Stage.QUIESCING);
        on.clock().advance(Duration.ofMillis(10));

        assertThat(stop.get().step("bad", Stage.QUIESCING).orElseThrow().took()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void hurry_cutsLingerAndDrain_butEverythingIsStopped() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = Coordinator.of(
                ComponentGraph.builder()
                        .add("pool", on.component("pool"))
                        .add(
                                "http",
                                on.component("http").on(DRAIN, deadline -> {
                                    entered.countDown();
                                    on.awaitEnd();
                                }),
                                "pool")
                        .build(),
                BUDGETS.withLinger(Duration.ofSeconds(2)),
                on.clock());
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        await(() -> service.stage() == Stage.LINGERING);
        on.clock().advance(Duration.ofSeconds(2));
        entered.await();
        service.hurry();

        Report report = stop.get();
        assertThat(on.log().events("drain", "stop")).containsExactly("drain http", "stop http", "stop pool");
        assertThat(report.hurried()).isTrue();
        assertThat(report.step("http", Stage.DRAINING).orElseThrow().outcome()).isEqualTo(Outcome.CUT);
        assertThat(report.step("pool", Stage.DRAINING).orElseThrow().outcome()).isEqualTo(Outcome.SKIPPED);
    }

    @Test
    void lateEndOfAnAbandonedStep_changesNothing() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch poolStopping = new CountDownLatch(1);
        CountDownLatch lateEnd = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool").on(STOP, deadline -> {
                    poolStopping.countDown();
                    lateEnd.await();
                }))
                .add(
                        "http",
                        on.component("http").on(STOP, deadline -> {
                            entered.countDown();
                            while (poolStopping.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                            lateEnd.countDown();
                        }),
                        "pool"));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(Duration.ofSeconds(5));

        Report report = stop.get();
        assertThat(report.steps().stream().filter(step -> step.stage() == Stage.STOPPING))
                .extracting(Report.Step::component, Report.Step::outcome)
                .containsExactly(tuple("http", Outcome.OVERRAN), tuple("pool", Outcome.COMPLETED));
    }
}
