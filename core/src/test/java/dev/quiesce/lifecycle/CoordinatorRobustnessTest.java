package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.BUDGETS;
import static dev.quiesce.lifecycle.CoordinatorFixture.await;
import static dev.quiesce.lifecycle.testing.RecordingComponent.Call.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A service is stopped as a whole, whatever is broken around it: its log, its class path, or the threads that it gets. */
@Timeout(20)
class CoordinatorRobustnessTest {
    private final CoordinatorFixture on = new CoordinatorFixture();

    private @Nullable Log log;

    @AfterEach
    void endThreads() {
        on.close();
        if (log != null) {
            log.close();
        }
    }

    @Test
    void logThatThrows_costsItsOwnLinesAlone() throws Exception {
        log = new Log(event -> {
            throw new IllegalStateException("the disk is full");
        });
        Coordinator service = on.chain();
        service.start();
        Report report = service.stop("test");

        assertThat(report.isClean()).isTrue();
        assertThat(report.stage()).isEqualTo(Stage.STOPPED);
        assertThat(on.log().events("stop")).containsExactly("stop http", "stop sessions", "stop pool");
    }

    @Test
    void logThatThrows_hidesNoFailedStart() {
        log = new Log(event -> {
            throw new IllegalStateException("the disk is full");
        });
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", on.component("pool"))
                .add(
                        "http",
                        on.component("http").on(START, deadline -> {
                            throw new IOException("port taken");
                        }),
                        "pool"));

        assertThatThrownBy(service::start)
                .isInstanceOf(StartFailedException.class)
                .hasMessageContaining("http failed while starting", "port taken");
        assertThat(on.log().events("stop")).containsExactly("stop http", "stop pool");
    }

    @Test
    void logThatBlocks_keepsNoListenerFromHearingOfAFailedStart() throws Exception {
        CountDownLatch mayLog = new CountDownLatch(1);
        CountDownLatch heard = new CountDownLatch(1);
        log = new Log(event -> {
            if (event.getLevel() == Level.ERROR) {
                mayLog.await();
            }
        });
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("http", on.component("http").on(START, deadline -> {
                    throw new IOException("port taken");
                })));
        service.listen(new LifecycleListener() {
            @Override
            public void ended(Report.Step step) {
                if (step.outcome() == Outcome.FAILED) {
                    heard.countDown();
                }
            }
        });
        Future<Boolean> start = on.caller().submit(service::start);
        heard.await();
        mayLog.countDown();

        assertThatThrownBy(start::get).hasCauseInstanceOf(StartFailedException.class);
    }

    @Test
    void componentWithAMethodOfAMissingType_isStoppedLikeAnyOther() throws Exception {
        Lifecycle component = (Lifecycle) new WithoutOptional()
                .loadClass(Metered.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        assertThatThrownBy(() -> component.getClass().getMethods()).isInstanceOf(NoClassDefFoundError.class);
        Coordinator service = on.coordinator(ComponentGraph.builder().add("metered", component));
        service.start();

        assertThat(service.stop("test").steps())
                .filteredOn(step -> step.outcome() == Outcome.COMPLETED)
                .extracting(Report.Step::stage)
                .containsExactly(Stage.STARTING, Stage.QUIESCING, Stage.DRAINING, Stage.STOPPING);
    }

    @Test
    void startThatGotNoThreadBeforeTheStop_isNotCalledAfterIt() throws Exception {
        Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        Coordinator service = new Coordinator(
                ComponentGraph.builder().add("late", on.component("late")).build(), BUDGETS, on.clock(), waiting::add);
        Future<Boolean> start = on.caller().submit(service::start);
        await(() -> !waiting.isEmpty());
        service.requestStop("SIGTERM");
        // The step is interrupted by the thread that runs the stage; the stop that follows waits for a thread as well.
        Runnable late = waiting.remove();
        on.clock().advance(BUDGETS.drain());
        await(() -> !waiting.isEmpty());
        late.run();
        while (!start.isDone()) {
            Runnable next = waiting.poll();
            if (next != null) {
                next.run();
            }
        }

        assertThat(start.get()).isFalse();
        assertThat(on.log().events()).containsExactly("stop late");
    }

    @Test
    void stepsThatManyOthersFollow_goFirst_whenThreadsAreScarce() throws Exception {
        List<RunningStep> waiting = new CopyOnWriteArrayList<>();
        Coordinator service = new Coordinator(
                ComponentGraph.builder()
                        .add("a", on.component("a"))
                        .add("d", on.component("d"))
                        .add("c", on.component("c"), "d")
                        .add("b", on.component("b"), "c")
                        .add("e", on.component("e"))
                        .add("f", on.component("f"), "e")
                        .build(),
                BUDGETS,
                on.clock(),
                step -> waiting.add((RunningStep) step));
        on.caller().submit(service::start);
        await(() -> waiting.size() == 3);

        assertThat(waiting.stream().sorted().map(RunningStep::component)).containsExactly("d", "e", "a");
    }

    @Test
    void componentThatSetsItsInterruptAgain_isCountedAllTheSame() throws Exception {
        CountDownLatch draining = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder().add("jobs", new Lifecycle() {
            @Override
            public void start() {}

            @Override
            public void drain(Deadline deadline) throws InterruptedException {
                draining.countDown();
                try {
                    on.awaitEnd();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw e;
                }
            }

            @Override
            public void stop(Deadline deadline) {}

            @Override
            public OptionalLong inFlight() {
                return OptionalLong.of(7);
            }
        }));
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        draining.await();
        service.hurry();

        Report.Step drain = stop.get().step("jobs", Stage.DRAINING).orElseThrow();
        assertThat(drain.outcome()).isEqualTo(Outcome.CUT);
        assertThat(drain.inFlightAtEnd()).hasValue(7);
    }

    @Test
    void stopInTheMomentOfReadiness_isToldAfterIt() throws Exception {
        for (int i = 0; i < 300; i++) {
            EventLog told = new EventLog();
            Coordinator service = Coordinator.of(
                            ComponentGraph.builder()
                                    .add("a", new RecordingComponent("a", new EventLog()))
                                    .build(),
                            BUDGETS)
                    .listen(new LifecycleListener() {
                        @Override
                        public void entered(Stage stage) {
                            told.add(stage.name());
                        }

                        @Override
                        public void started(Report report) {
                            told.add("started, " + report.stage());
                        }
                    });
            Future<Report> stop = on.caller().submit(() -> {
                await(() -> service.stage() == Stage.READY);
                return service.stop("at once");
            });
            assertThat(service.start()).isTrue();
            stop.get();

            assertThat(told.events().subList(0, 4)).containsExactly("STARTING", "READY", "started, READY", "LINGERING");
        }
    }

    @Test
    void whateverElseFailsOrOverruns_isSuppressedUnderTheFirstFault() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        Coordinator service = on.coordinator(ComponentGraph.builder()
                .add("pool", Lifecycle.of(() -> {}, deadline -> on.hang(hanging)))
                .add(
                        "http",
                        on.component("http").on(START, deadline -> {
                            throw new IOException("port taken");
                        }),
                        "pool"));
        Future<Boolean> start = on.caller().submit(service::start);
        hanging.await();
        on.clock().advance(BUDGETS.total());

        assertThatThrownBy(start::get).isInstanceOfSatisfying(ExecutionException.class, failure -> {
            assertThat(failure.getCause()).hasRootCauseMessage("port taken");
            assertThat(failure.getCause().getSuppressed())
                    .singleElement()
                    .satisfies(overrun -> assertThat(overrun).hasMessageContaining("pool overran"));
        });
    }

    @Test
    void reportInAHaltThatNobodyAskedFor_namesNoReason() throws Exception {
        Coordinator service = on.chain();
        service.start();

        assertThat(service.report().summary())
                .startsWith("Not at an end: READY in 0 ms")
                .doesNotContain("null");
    }

    /** What the library's loggers write goes to an action as well, until it is closed. */
    private static final class Log extends AppenderBase<ILoggingEvent> {
        private final List<Logger> loggers = List.of(
                (Logger) LoggerFactory.getLogger(Coordinator.class), (Logger) LoggerFactory.getLogger(Report.class));
        private final Action action;

        private interface Action {
            void take(ILoggingEvent event) throws Exception;
        }

        Log(Action action) {
            this.action = action;
            for (Logger logger : loggers) {
                logger.setLevel(Level.INFO);
                logger.addAppender(this);
            }
        }

        /** Logback's own guard against what an appender throws is in the method that this one replaces. */
        @Override
        public void doAppend(ILoggingEvent event) {
            try {
                action.take(event);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected void append(ILoggingEvent event) {}

        void close() {
            for (Logger logger : loggers) {
                logger.detachAppender(this);
                logger.setLevel(null);
            }
        }
    }

    /** A type that is there when the component is compiled and not when it runs. */
    public static final class Meters {}

    /** A component that can be used with meters, where there are any. */
    public static final class Metered implements Lifecycle {

        /** Makes the component. */
        public Metered() {}

        /** Never called. */
        public void measure(Meters meters) {
            meters.hashCode();
        }

        @Override
        public void start() {}

        @Override
        public void stop(Deadline deadline) {}
    }

    /** Loads the component anew, and not the type that its method names. */
    private static final class WithoutOptional extends ClassLoader {
        WithoutOptional() {
            super(CoordinatorRobustnessTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals(Meters.class.getName())) {
                throw new ClassNotFoundException(name);
            }
            if (!name.equals(Metered.class.getName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
