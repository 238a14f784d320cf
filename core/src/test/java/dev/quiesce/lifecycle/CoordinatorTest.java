package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.meet;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
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
}
