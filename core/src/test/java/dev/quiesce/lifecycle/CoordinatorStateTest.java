package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.QUIESCE;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every call in every state, and from many threads at once. */
@Timeout(20)
class CoordinatorStateTest {
    private static final String ONCE = "A coordinator starts its service once; it is ";

    private final CoordinatorFixture on = new CoordinatorFixture();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);

    @AfterEach
    void endThreads() {
        on.close();
    }

    @Test
    void start_isRefused_inEveryStateButNew() throws Exception {
        Coordinator starting = pausedIn(START);
        Future<Boolean> start = on.caller().submit(starting::start);
        entered.await();
        assertThatThrownBy(starting::start).hasMessage(ONCE + "STARTING now");
        mayGoOn.countDown();
        assertThat(start.get()).isTrue();

        assertThatThrownBy(starting::start).hasMessage(ONCE + "READY now");
        starting.stop("test");
        assertThatThrownBy(starting::start).hasMessage(ONCE + "STOPPED now");
    }

    @Test
    void start_isRefused_whileStopping() throws Exception {
        Coordinator service = pausedIn(DRAIN);
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();

        assertThatThrownBy(service::start).hasMessage(ONCE + "DRAINING now");
        mayGoOn.countDown();
        stop.get();
    }

    @Test
    void start_isRefused_afterAFailedOne() {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a").on(START, deadline -> {
                    throw new IllegalStateException("no");
                })));

        assertThatThrownBy(service::start).isInstanceOf(StartFailedException.class);
        assertThatThrownBy(service::start).hasMessage(ONCE + "FAILED now");
    }

    @Test
    void stop_isTheSameReport_inEveryStateAfterIt() throws Exception {
        Coordinator service = on.chain();
        service.start();
        Report report = service.stop("first");

        assertThat(service.stop("second")).isSameAs(report);
        assertThat(report.reason()).isEqualTo("first");
    }

    @Test
    void stop_whileStarting_waitsForTheRollBack() throws Exception {
        Coordinator service = pausedIn(START);
        Future<Boolean> start = on.caller().submit(service::start);
        entered.await();

        assertThat(service.stop("test").started()).isFalse();
        assertThat(start.get()).isFalse();
    }

    @Test
    void stop_whileStopping_waitsForTheSameStop() throws Exception {
        Coordinator service = pausedIn(DRAIN);
        service.start();
        Future<Report> first = on.caller().submit(() -> service.stop("first"));
        entered.await();
        Future<Report> second = on.caller().submit(() -> service.stop("second"));
        assertThat(second.isDone()).isFalse();
        mayGoOn.countDown();

        assertThat(second.get()).isSameAs(first.get());
    }

    @Test
    void hurry_hasNoEffect_beforeAStopIsRequested() throws Exception {
        Coordinator service = on.chain();
        service.hurry();
        service.start();
        service.hurry();

        assertThat(service.stop("test").hurried()).isFalse();
        service.hurry();
        assertThat(service.report().hurried()).isFalse();
    }

    @Test
    void awaitStopRequest_returnsOnceAStopIsRequested_andNotBefore() throws Exception {
        Coordinator service = on.chain();
        service.start();
        Future<?> waiting = on.caller().submit(() -> {
            service.awaitStopRequest();
            return null;
        });
        assertThat(waiting.isDone()).isFalse();
        service.requestStop("test");

        assertThat(waiting.get()).isNull();
        Thread.currentThread().interrupt();
        Coordinator other = on.chain();
        assertThatThrownBy(other::awaitStopRequest).isInstanceOf(InterruptedException.class);
    }

    @Test
    void requestStop_keepsTheFirstReason_andStopsNothingByItself() throws Exception {
        Coordinator service = on.chain();
        service.start();
        service.requestStop("first");
        service.requestStop("second");

        assertThat(service.stage()).isEqualTo(Stage.READY);
        assertThat(service.stop("third").reason()).isEqualTo("first");
        service.requestStop("late");
        assertThat(service.report().reason()).isEqualTo("first");
    }

    @Test
    void aHundredCallersOfStart_haveOneWinner_andTheOthersAreRefused() throws Exception {
        Coordinator service = on.chain();
        CyclicBarrier together = new CyclicBarrier(100);
        List<Future<Boolean>> starts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            starts.add(on.caller().submit(() -> {
                together.await();
                return service.start();
            }));
        }
        int winners = 0;
        for (Future<Boolean> start : starts) {
            try {
                assertThat(start.get()).isTrue();
                winners++;
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
            }
        }

        assertThat(winners).isEqualTo(1);
        assertThat(Collections.frequency(on.log().events(), "start pool")).isEqualTo(1);
        service.stop("test");
    }

    @Test
    void componentThatInterruptsItsCaller_disturbsNobody() throws Exception {
        Thread caller = Thread.currentThread();
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool").on(DRAIN, deadline -> {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new IllegalStateException("interrupted by another component");
                    }
                }))
                .add(
                        "rude",
                        on.component("rude").on(QUIESCE, deadline -> {
                            caller.interrupt();
                            Thread.currentThread().interrupt();
                        }),
                        "pool"));
        service.start();

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(Thread.interrupted()).as("the caller still learns of it").isTrue();
        assertThat(on.log().events("stop")).containsExactly("stop rude", "stop pool");
    }

    @Test
    void componentThatIsAdded_whileTheServiceRunsOrStops_isRefused() throws Exception {
        ComponentGraph.Builder builder = ComponentGraph.builder();
        List<Throwable> refusals = Collections.synchronizedList(new ArrayList<>());
        RecordingComponent adding = on.component("adding").on(DRAIN, deadline -> {
            try {
                builder.add("late", on.component("late"));
            } catch (IllegalStateException e) {
                refusals.add(e);
            }
        });
        Coordinator service =
                Coordinator.of(builder.add("adding", adding).build(), CoordinatorFixture.BUDGETS, on.clock());
        service.start();
        assertThatThrownBy(() -> builder.add("later", on.component("later")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The graph has been built: component 'later' cannot be added");

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(refusals)
                .singleElement()
                .satisfies(refusal -> assertThat(refusal).hasMessageContaining("'late'"));
    }

    private Coordinator pausedIn(RecordingComponent.Call call) {
        return on.coordinator(ComponentGraph.builder()
                .add("a", on.component("a").on(call, deadline -> {
                    entered.countDown();
                    mayGoOn.await();
                })));
    }
}
