package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.DRAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.Report.Step;
import dev.quiesce.lifecycle.testing.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listeners are told, and that none of them can disturb the service. */
@Timeout(20)
class ListenersTest {
    private final CoordinatorFixture on = new CoordinatorFixture();
    private final EventLog told = new EventLog();

    @AfterEach
    void endThreads() {
        on.close();
    }

    @Test
    void listener_isToldEverything_inOrder() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()
                        .add("pool", Lifecycle.of(() -> {}, deadline -> {}))
                        .add("jobs", new WorkGuard(), "pool"))
                .listen(new Recorder());
        service.start();
        service.stop("test");

        assertThat(told.events())
                .containsExactly(
                        "STARTING",
                        "pool begins STARTING",
                        "pool COMPLETED STARTING",
                        "jobs begins STARTING",
                        "jobs COMPLETED STARTING",
                        "READY",
                        "started, READY",
                        "LINGERING",
                        "QUIESCING",
                        "jobs begins QUIESCING",
                        "jobs COMPLETED QUIESCING",
                        "DRAINING",
                        "jobs begins DRAINING",
                        "jobs COMPLETED DRAINING",
                        "STOPPING",
                        "jobs begins STOPPING",
                        "jobs COMPLETED STOPPING",
                        "pool begins STOPPING",
                        "pool COMPLETED STOPPING",
                        "STOPPED",
                        "ended, STOPPED");
    }

    @Test
    void noComponents_listenersAreToldOnce() throws Exception {
        Coordinator service = on.coordinator(ComponentGraph.builder()).listen(new Recorder());
        service.start();
        service.stop("test");
        service.stop("again");

        assertThat(told.events())
                .containsExactly(
                        "STARTING",
                        "READY",
                        "started, READY",
                        "LINGERING",
                        "QUIESCING",
                        "DRAINING",
                        "STOPPING",
                        "STOPPED",
                        "ended, STOPPED");
    }

    @Test
    void stopBeforeTheStart_isToldOnce() throws Exception {
        Coordinator service = on.chain().listen(new Recorder());
        service.stop("early");
        service.start();

        assertThat(told.events()).containsExactly("STOPPED", "ended, STOPPED");
    }

    @Test
    void listenerOfAServiceThatNeverRuns_hasNoThread() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        on.chain().listen(new Recorder());
        Coordinator ended = on.chain();
        ended.stop("early");
        ended.listen(new Recorder());

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                .doesNotContain("quiesce-listener");
    }

    @Test
    void listenerThatThrows_isToldTheRest_andDisturbsNobody() throws Exception {
        Coordinator service = on.chain()
                .listen(new LifecycleListener() {
                    @Override
                    public void entered(Stage stage) {
                        told.add("bad " + stage);
                        throw new AssertionError("a listener's own fault");
                    }
                })
                .listen(new Recorder());
        service.start();

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(told.events("bad")).hasSize(7).endsWith("bad STOPPED");
        assertThat(told.events("ended")).containsExactly("ended, STOPPED");
    }

    @Test
    void listenerThatBlocksForEver_disturbsNobody() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Coordinator service = on.chain()
                .listen(new LifecycleListener() {
                    @Override
                    public void entered(Stage stage) throws InterruptedException {
                        never.await();
                    }
                })
                .listen(new Recorder());
        service.start();

        assertThat(service.stop("test").isClean()).isTrue();
        assertThat(on.log().events("stop")).containsExactly("stop http", "stop sessions", "stop pool");
        assertThat(told.events("ended")).containsExactly("ended, STOPPED");
        never.countDown();
    }

    @Test
    void whoeverIsWaitedFor_isToldOnceASecond_withTheTimeLeft() throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        ComponentGraph.Builder graph = ComponentGraph.builder();
        for (String name : List.of("a", "b")) {
            graph.add(name, on.component(name).on(DRAIN, deadline -> {
                entered.countDown();
                mayGoOn.await();
            }));
        }
        Coordinator service = on.coordinator(graph).listen(new Recorder());
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        entered.await();
        on.clock().advance(Duration.ofMillis(1500));
        CoordinatorFixture.await(() -> told.events("waiting").size() == 1);
        on.clock().advance(Duration.ofMillis(900));
        on.clock().advance(Duration.ofMillis(200));
        CoordinatorFixture.await(() -> told.events("waiting").size() == 2);
        mayGoOn.countDown();
        stop.get();

        assertThat(told.events("waiting"))
                .containsExactly(
                        "waiting in DRAINING for [a, b], 4500 ms left", "waiting in DRAINING for [a, b], 3400 ms left");
    }

    private final class Recorder implements LifecycleListener {
        @Override
        public void entered(Stage stage) {
            told.add(stage.name());
        }

        @Override
        public void began(String component, Stage stage) {
            told.add(component + " begins " + stage);
        }

        @Override
        public void ended(Step step) {
            told.add(step.component() + " " + step.outcome() + " " + step.stage());
        }

        @Override
        public void waiting(Stage stage, List<String> components, Duration left) {
            told.add("waiting in " + stage + " for " + components + ", " + left.toMillis() + " ms left");
        }

        @Override
        public void started(Report report) {
            told.add("started, " + report.stage());
        }

        @Override
        public void ended(Report report) {
            told.add("ended, " + report.stage());
        }
    }
}
