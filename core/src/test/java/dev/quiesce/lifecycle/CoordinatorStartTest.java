package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.BUDGETS;
import static dev.quiesce.lifecycle.CoordinatorFixture.await;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a service starts, and what becomes of a start that fails or is no longer wanted. */
@Timeout(20)
class CoordinatorStartTest {
    private final CoordinatorFixture on = new CoordinatorFixture();

    @AfterEach
    void endThreads() {
        on.close();
    }

    @Test
    void failedStart_rollsBackInReverse_andTheFirstErrorIsPrimary() {
        IOException primary = new IOException("port taken");
        IllegalStateException secondary = new IllegalStateException("cannot close");
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a").on(STOP, deadline -> {
                    throw secondary;
                }))
                .add("b", on.component("b"), "a")
                .add(
                        "c",
                        on.component("c").on(START, deadline -> {
                            throw primary;
                        }),
                        "b")
                .add("d", on.component("d"), "c"));

        assertThatThrownBy(service::start)
                .isInstanceOf(StartFailedException.class)
                .hasMessage("c failed while starting after 0 ms: port taken")
                .hasCause(primary)
                .hasSuppressedException(secondary);
        assertThat(on.log().events("start", "stop"))
                .as("c is stopped too, so that what it had half opened is released; d is never touched")
                .containsExactly("start a", "start b", "start c", "stop c", "stop b", "stop a");
        assertThat(on.log().events("drain")).containsExactly("drain b", "drain a");
        assertThat(service.stage()).isEqualTo(Stage.FAILED);
        assertThat(service.stop("later").started()).isFalse();
    }

    @Test
    void startThatHangs_isNamedWithItsStack_andWhatHasStartedIsRolledBack() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a"))
                .add("stuck", on.component("stuck").on(START, deadline -> on.hang(entered)), "a"));
        Future<Boolean> start = on.caller().submit(service::start);
        entered.await();
        on.clock().advance(BUDGETS.start());

        assertThatThrownBy(start::get)
                .cause()
                .isInstanceOf(StartFailedException.class)
                .hasMessageStartingWith("stuck overran while starting after 60000 ms at ")
                .cause()
                .hasStackTraceContaining("CoordinatorFixture.hang");
        assertThat(on.log().events("stop")).containsExactly("stop stuck", "stop a");
    }

    @Test
    void errorOfTheJvmInAStartThatIsCut_isAFault() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("bad", on.component("bad").on(START, deadline -> {
                    entered.countDown();
                    try {
                        on.awaitEnd();
                    } catch (InterruptedException e) {
                        throw new OutOfMemoryError("as if there were none");
                    }
                })));
        Future<Boolean> start = on.caller().submit(service::start);
        entered.await();

        assertThat(service.stop("SIGTERM").faults())
                .extracting(Report.Step::component)
                .containsExactly("bad");
        assertThat(start.get()).isFalse();
    }

    @Test
    void siblingsOfAFailedStart_haveOneTotalWithTheRollBack() throws Exception {
        Coordinator service = failingBesideADeafOne();
        Future<Boolean> start = on.caller().submit(service::start);
        await(() -> on.log().events("interrupted").size() == 1);
        on.clock().advance(BUDGETS.drain());

        assertThatThrownBy(start::get).hasCauseInstanceOf(StartFailedException.class);
        assertThat(service.report().stopTime()).isBetween(BUDGETS.drain(), BUDGETS.total());
    }

    @Test
    void startThatFinishesLate_changesNothing_andIsStoppedOnce() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch mayFinish = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a"))
                .add(
                        "slow",
                        on.component("slow").on(START, deadline -> {
                            entered.countDown();
                            while (mayFinish.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                            on.log().add("finished late");
                        }),
                        "a"));
        Future<Boolean> start = on.caller().submit(service::start);
        entered.await();
        on.clock().advance(BUDGETS.start());
        assertThatThrownBy(start::get).hasMessageContaining("slow overran while starting");
        Report report = service.report();
        mayFinish.countDown();
        await(() -> on.log().events("finished").size() == 1);

        assertThat(on.log().events("stop")).containsExactly("stop slow", "stop a");
        assertThat(service.report()).isSameAs(report);
        assertThat(service.stage()).isEqualTo(Stage.FAILED);
    }

    @Test
    void stopRequestedDuringTheStart_interruptsIt_startsNothingMore_andRollsBack() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a"))
                .add(
                        "slow",
                        on.component("slow").on(START, deadline -> {
                            entered.countDown();
                            on.awaitEnd();
                        }),
                        "a")
                .add("z", on.component("z"), "slow"));
        Future<Boolean> start = on.caller().submit(service::start);
        entered.await();

        Report report = service.stop("SIGTERM");

        assertThat(start.get()).isFalse();
        assertThat(on.log().events("start", "stop")).containsExactly("start a", "start slow", "stop slow", "stop a");
        assertThat(report.isClean()).isTrue();
        assertThat(report.started()).isFalse();
        assertThat(report.reason()).isEqualTo("SIGTERM");
        assertThat(report.step("slow", Stage.STARTING).orElseThrow().outcome()).isEqualTo(Outcome.CUT);
        assertThat(service.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void startThatIsDeafToACancel_isAbandoned_andCountsAsAFaultOfTheStop() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a"))
                .add("deaf", on.component("deaf").on(START, deadline -> on.hang(entered)), "a"));
        Future<Boolean> start = on.caller().submit(service::start);
        entered.await();
        Future<Report> stop = on.caller().submit(() -> service.stop("SIGTERM"));
        await(() -> on.log().events("interrupted").size() == 1);
        on.clock().advance(BUDGETS.drain());

        assertThat(start.get()).isFalse();
        assertThat(stop.get().faults()).extracting(Report.Step::component).containsExactly("deaf");
        assertThat(stop.get().reason()).isEqualTo("SIGTERM");
        assertThat(on.log().events("stop")).containsExactly("stop deaf", "stop a");
    }

    @Test
    void stopRequestedBeforeTheStart_startsNothing() throws Exception {
        Coordinator service = on.chain();
        service.requestStop("early");

        assertThat(service.start()).isFalse();
        assertThat(service.stop("late").reason()).isEqualTo("early");
        assertThat(on.log().events()).isEmpty();
    }

    @Test
    void stopBeforeTheStart_isClean_andTheStartDoesNothing() throws Exception {
        Coordinator service = on.chain();

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(service.start()).isFalse();
        assertThat(on.log().events()).isEmpty();
        assertThat(service.stage()).isEqualTo(Stage.STOPPED);
    }

    @Test
    void secondStart_isRefused() throws Exception {
        Coordinator service = on.chain();
        service.start();

        assertThatThrownBy(service::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("A coordinator starts its service once; it is READY now");
        service.stop("test");
        assertThatThrownBy(service::start).hasMessageEndingWith("it is STOPPED now");
    }

    @Test
    void failedStart_thenStopRequest_haveOneTotalTogether() throws Exception {
        Coordinator service = failingBesideADeafOne();
        Future<Boolean> start = on.caller().submit(service::start);
        await(() -> on.log().events("interrupted").size() == 1);
        Duration before = Duration.ofSeconds(2);
        on.clock().advance(before);
        Future<Report> stop = on.caller().submit(() -> service.stop("SIGTERM"));
        on.clock().advance(BUDGETS.drain().minus(before));

        assertThatThrownBy(start::get).hasCauseInstanceOf(StartFailedException.class);
        assertThat(stop.get().stopTime())
                .as("from the failure to the point at which the deaf start was left behind")
                .isEqualTo(BUDGETS.drain());
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
            Future<Boolean> start = on.caller().submit(service::start);
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

    /** Returns a service of which one start fails once another one hangs, which is then interrupted in vain. */
    private Coordinator failingBesideADeafOne() {
        CountDownLatch entered = new CountDownLatch(1);
        return on.coordinator(ComponentGraph.builder()
                .add("bad", on.component("bad").on(START, deadline -> {
                    entered.await();
                    throw new IOException("refused");
                }))
                .add("deaf", on.component("deaf").on(START, deadline -> on.hang(entered))));
    }
}
