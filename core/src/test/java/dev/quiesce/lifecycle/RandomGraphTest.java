package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.quiesce.lifecycle.RandomService.Behaviour;
import dev.quiesce.lifecycle.RandomService.Call;
import dev.quiesce.lifecycle.RandomService.End;
import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Random services of up to 60 components whose calls fail, hang and take their time, against a simple model: each edge is
 * respected in both directions, each stage is a barrier, the total is kept, and the report says exactly what happened.
 */
@Timeout(120)
class RandomGraphTest {

    /** All by default; fewer for a tool that repeats the tests again and again. */
    private static final int BATCHES = Integer.getInteger("quiesce.random.batches", 40);

    private static final int SEEDS_IN_BATCH = 25;

    private static @Nullable Level levelBefore;

    @BeforeAll
    static void silence() {
        Logger logger = (Logger) LoggerFactory.getLogger(Coordinator.class);
        levelBefore = logger.getLevel();
        logger.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        ((Logger) LoggerFactory.getLogger(Coordinator.class)).setLevel(levelBefore);
    }

    static IntStream batches() {
        return IntStream.range(0, BATCHES);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void edgesBarriersTotalAndReport_areRight_whateverComponentsDo(int batch) {
        List<Step> taken = new ArrayList<>();
        List<Step> coincidences = new ArrayList<>();
        for (int i = 0; i < SEEDS_IN_BATCH; i++) {
            long seed = (long) batch * SEEDS_IN_BATCH + i;
            try (RandomService service = new RandomService(seed)) {
                Report report = service.run();
                try {
                    check(service, report);
                    taken.addAll(taken(report));
                    coincidences.addAll(coincidences(service, report));
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\n" + report.toJson(), e);
                }
            }
        }
        assertThat(coincidences)
                .as("of %s steps, those that ended at the very moment at which they were left behind", taken.size())
                .hasSizeLessThan(1 + taken.size() / 100);
    }

    /** Returns the steps that are said to have overrun, though their call ended when it should. */
    private static List<Step> coincidences(RandomService service, Report report) {
        return taken(report).stream()
                .filter(step -> step.outcome() == Outcome.OVERRAN)
                .filter(step -> {
                    Behaviour behaviour =
                            service.behaviours.get(step.component()).get(step.stage());
                    return !behaviour.hangs() && step.took().equals(behaviour.after());
                })
                .toList();
    }

    private static void check(RandomService service, Report report) {
        checkTotal(service, report);
        checkBarriers(report);
        service.dependencies.forEach((component, dependencies) -> {
            checkCalls(service, report, component);
            dependencies.forEach(dependency -> checkEdge(report, component, dependency));
        });
        checkVerdict(report);
    }

    private static void checkTotal(RandomService service, Report report) {
        assertThat(report.stopTime()).as("the time of the stop").isLessThanOrEqualTo(service.budgets.total());
        assertThat(report.startTime())
                .as("the time of the start")
                .isLessThanOrEqualTo(service.budgets.start().plus(service.budgets.drain()));
    }

    private static void checkBarriers(Report report) {
        Map<Stage, Duration> lastEnd = new EnumMap<>(Stage.class);
        for (Step step : taken(report)) {
            lastEnd.merge(step.stage(), step.began().plus(step.took()), RandomGraphTest::later);
        }
        for (Step step : taken(report)) {
            lastEnd.forEach((stage, end) -> {
                if (stage != Stage.STARTING && stage.compareTo(step.stage()) < 0) {
                    assertThat(step.began())
                            .as("%s after all of %s", step, stage)
                            .isGreaterThanOrEqualTo(end);
                }
            });
        }
    }

    private static void checkEdge(Report report, String component, String dependency) {
        for (Stage stage : List.of(Stage.STARTING, Stage.DRAINING, Stage.STOPPING)) {
            boolean starting = stage == Stage.STARTING;
            Optional<Step> first = taken(report, starting ? dependency : component, stage);
            Optional<Step> second = taken(report, starting ? component : dependency, stage);
            if (second.isPresent() && (starting || first.isPresent())) {
                Step before = first.orElseThrow(() -> new AssertionError(component + " without " + dependency));
                assertThat(second.get().began())
                        .as("%s after %s", second.get(), before)
                        .isGreaterThanOrEqualTo(before.began().plus(before.took()));
                if (starting) {
                    assertThat(before.outcome()).isEqualTo(Outcome.COMPLETED);
                }
            }
        }
    }

    /** Compares what the report says of a component with what the component itself has seen. */
    private static void checkCalls(RandomService service, Report report, String component) {
        boolean started = taken(report, component, Stage.STARTING)
                .filter(step -> step.outcome() == Outcome.COMPLETED)
                .isPresent();
        boolean touched = service.call(component, Stage.STARTING).isPresent();
        assertThat(service.call(component, Stage.STOPPING).isPresent())
                .as("%s is stopped if and only if its start was called", component)
                .isEqualTo(touched);
        assertThat(service.call(component, Stage.QUIESCING).isPresent())
                .as("%s quiesces if and only if it has started", component)
                .isEqualTo(started);
        service.behaviours.get(component).forEach((stage, behaviour) -> {
            Optional<Call> call = service.call(component, stage);
            Optional<Step> step = taken(report, component, stage);
            assertThat(step.isPresent())
                    .as("%s in %s is reported", component, stage)
                    .isEqualTo(call.isPresent());
            step.ifPresent(taken -> checkOutcome(taken, behaviour, report.hurried() || !report.started()));
        });
    }

    private static void checkOutcome(Step step, Behaviour behaviour, boolean mayBeCut) {
        boolean endedByItself = !behaviour.hangs() && step.took().equals(behaviour.after());
        Outcome outcome = step.outcome();
        if (endedByItself && behaviour.end() == End.RETURN) {
            assertThat(outcome).as(step.toString()).isIn(Outcome.COMPLETED, Outcome.OVERRAN);
        } else if (endedByItself) {
            Outcome thrown = mayBeCut && outcome == Outcome.CUT ? Outcome.CUT : Outcome.FAILED;
            assertThat(outcome).as(step.toString()).isIn(thrown, Outcome.OVERRAN);
        } else {
            Outcome early = mayBeCut && outcome == Outcome.CUT ? Outcome.CUT : Outcome.OVERRAN;
            assertThat(outcome).as(step.toString()).isEqualTo(early);
            if (!behaviour.hangs()) {
                assertThat(step.took()).isLessThan(behaviour.after());
            }
        }
        if (outcome == Outcome.OVERRAN) {
            assertThat(step.stack()).as("the stack of %s", step).isNotEmpty();
        }
        if (step.stage() != Stage.STARTING) {
            // The only thing here that real time bounds: on a machine that is overloaded a count may be given up.
            long expected = step.component().length();
            assertThat(step.inFlightAtBegin().orElse(expected)).isEqualTo(expected);
            assertThat(step.inFlightAtEnd().orElse(expected)).isEqualTo(expected);
        }
    }

    private static void checkVerdict(Report report) {
        boolean clean = report.steps().stream().allMatch(step -> step.outcome().isClean());
        assertThat(report.stage()).isEqualTo(clean ? Stage.STOPPED : Stage.FAILED);
        assertThat(report.steps()).noneMatch(step -> step.outcome() == Outcome.RUNNING);
        if (report.started()) {
            assertThat(taken(report))
                    .filteredOn(step -> step.stage() == Stage.STARTING)
                    .hasSize(report.components().size());
        }
    }

    private static List<Step> taken(Report report) {
        return report.steps().stream()
                .filter(step -> step.outcome() != Outcome.SKIPPED)
                .toList();
    }

    private static Optional<Step> taken(Report report, String component, Stage stage) {
        return report.step(component, stage).filter(step -> step.outcome() != Outcome.SKIPPED);
    }

    private static Duration later(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
