package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.BUDGETS;
import static dev.quiesce.lifecycle.CoordinatorFixture.await;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What an operator reads while a service starts and stops. */
@Timeout(20)
class LogTest {
    private final CoordinatorFixture on = new CoordinatorFixture();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Coordinator.class);
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        logger.addAppender(written);
        written.start();
    }

    @AfterEach
    void restore() {
        on.close();
        logger.detachAppender(written);
        logger.setLevel(null);
    }

    @Test
    void cleanRun_hasALineForEachStartAndStop_andForADrainThatTookTime() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add(
                        "pool",
                        on.component("pool").on(START, deadline -> on.clock().advance(Duration.ofMillis(70))))
                .add(
                        "http",
                        on.component("http").on(DRAIN, deadline -> on.clock().advance(Duration.ofMillis(10))),
                        "pool"));
        service.start();
        service.stop("SIGTERM");

        assertThat(lines())
                .containsExactly(
                        "INFO Starting 2 components",
                        "INFO Started pool in 70 ms",
                        "INFO Started http in 0 ms",
                        "INFO Ready after 70 ms",
                        "INFO Stopping: SIGTERM; at most 10000 ms",
                        "INFO Drained http in 10 ms",
                        "INFO Stopping http",
                        "INFO Stopped http in 0 ms",
                        "INFO Stopping pool",
                        "INFO Stopped pool in 0 ms");
    }

    @Test
    void whatIsOfNoInterest_isThereForADebugger() throws Exception {
        logger.setLevel(Level.DEBUG);
        Coordinator service = on.coordinator(ComponentGraph.builder().add("pool", on.component("pool")));
        service.start();
        service.requestStop("test");
        service.hurry();
        service.stop("test");

        assertThat(lines())
                .contains(
                        "DEBUG pool completed while quiescing after 0 ms",
                        "DEBUG pool was skipped while draining after 0 ms");
    }

    @Test
    void overrunStep_isWrittenWithTheStackOfItsThread() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("http", on.component("http").on(STOP, deadline -> on.hang(entered))));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(BUDGETS.total());
        stop.get();

        assertThat(lines())
                .filteredOn(line -> line.startsWith("ERROR"))
                .singleElement()
                .asString()
                .startsWith("ERROR http overran while stopping after 10000 ms at ")
                .contains("; its thread stands\n\tat ", "dev.quiesce.lifecycle.CoordinatorFixture.hang(");
    }

    @Test
    void expectedFault_isOneLine_andABugHasItsStack() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("expected", on.component("expected").on(STOP, deadline -> {
                    throw new IOException("connection lost");
                }))
                .add(
                        "bug",
                        on.component("bug").on(STOP, deadline -> {
                            throw new IllegalStateException("cannot be");
                        }),
                        "expected"));
        service.start();
        service.stop("test");

        assertThat(written.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "bug failed while stopping after 0 ms: cannot be",
                        "The failure of bug",
                        "expected failed while stopping after 0 ms: connection lost");
        assertThat(written.list)
                .filteredOn(event -> event.getThrowableProxy() != null)
                .singleElement()
                .satisfies(event ->
                        assertThat(event.getThrowableProxy().getMessage()).isEqualTo("cannot be"));
    }

    @Test
    void cutStep_isAWarning() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("jobs", on.component("jobs").on(DRAIN, deadline -> {
                    draining.countDown();
                    on.awaitEnd();
                })));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        draining.await();
        service.hurry();
        stop.get();

        assertThat(lines()).contains("WARN jobs was cut while draining after 0 ms: java.lang.InterruptedException");
    }

    @Test
    void waiting_isOneLine_whichNamesFiveAtMost() throws Exception {
        for (int components : List.of(5, 7)) {
            written.list.clear();
            CountDownLatch draining = new CountDownLatch(components);
            CountDownLatch mayGoOn = new CountDownLatch(1);
            ComponentGraph.Builder graph = ComponentGraph.builder();
            for (int i = 1; i <= components; i++) {
                graph.add("c" + i, on.component("c" + i).on(DRAIN, deadline -> {
                    draining.countDown();
                    mayGoOn.await();
                }));
            }
            Coordinator service = on.coordinator(graph);
            service.start();
            Future<Report> stop = on.caller().submit(() -> service.stop("test"));
            draining.await();
            on.clock().advance(Duration.ofSeconds(1));
            await(() -> lines().stream().anyMatch(line -> line.contains("waiting")));
            mayGoOn.countDown();
            stop.get();

            assertThat(lines())
                    .filteredOn(line -> line.contains("waiting"))
                    .singleElement()
                    .asString()
                    .startsWith("INFO DRAINING: waiting for c1 since 1000 ms, at most 5000 ms more; c2 since 1000 ms")
                    .endsWith(
                            components == 5
                                    ? "; c5 since 1000 ms, at most 5000 ms more"
                                    : "; c5 since 1000 ms, at most 5000 ms more; and 2 others");
        }
    }

    @Test
    void stepThatEndsLate_isSaidToHave() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        CountDownLatch mayStop = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add(
                        "late",
                        on.component("late")
                                .on(DRAIN, deadline -> {
                                    entered.countDown();
                                    awaitDeaf(mayEnd);
                                })
                                .on(STOP, deadline -> {
                                    stopping.countDown();
                                    mayStop.await();
                                })));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(BUDGETS.drain());
        stopping.await();
        mayEnd.countDown();
        await(() -> lines().contains("INFO late has ended late, after it had been left behind while DRAINING"));
        mayStop.countDown();

        assertThat(stop.get().step("late", Stage.DRAINING).orElseThrow().outcome())
                .isEqualTo(Outcome.OVERRAN);
    }

    @Test
    void listenerThatIsLate_isNamed() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Coordinator service = on.chain().listen(new Late(never));
        service.start();
        service.stop("test");
        never.countDown();

        assertThat(lines())
                .contains("WARN The listener " + Late.class.getName() + " is late, and is not waited for any longer");
    }

    private record Late(CountDownLatch never) implements LifecycleListener {
        @Override
        public void entered(Stage stage) throws InterruptedException {
            never.await();
        }
    }

    @Test
    void failedStart_saysWhyItRollsBack() {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("http", on.component("http").on(START, deadline -> {
                    throw new IOException("port taken");
                })));

        assertThatThrownBy(service::start).isInstanceOf(StartFailedException.class);
        assertThat(lines()).contains("INFO Rolling back the start: http failed while starting after 0 ms: port taken");
    }

    private List<String> lines() {
        return List.copyOf(written.list).stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    private static void awaitDeaf(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // Deaf.
            }
        }
    }
}
