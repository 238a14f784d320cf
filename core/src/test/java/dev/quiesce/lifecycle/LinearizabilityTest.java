package dev.quiesce.lifecycle;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What many threads call behaves as if the calls were made one after the other, in whatever way they meet: by stress, and the
 * counters also by the model checker, which tries interleavings one by one. See the documentation of Lincheck.
 */
@Tag("lincheck")
class LinearizabilityTest {
    private static final int ITERATIONS = 10;
    private static final int STRESS_INVOCATIONS = 1000;
    private static final int MODEL_INVOCATIONS = 300;

    @ParameterizedTest
    @ValueSource(classes = {OpenGuard.class, ClosingGuard.class, State.class})
    void underStress(Class<?> calls) {
        check(new StressOptions().invocationsPerIteration(STRESS_INVOCATIONS), calls);
    }

    @ParameterizedTest
    @ValueSource(classes = {OpenGuard.class, ClosingGuard.class})
    void underTheModelChecker(Class<?> calls) {
        check(new ModelCheckingOptions().invocationsPerIteration(MODEL_INVOCATIONS), calls);
    }

    private static void check(Options<?, ?> options, Class<?> calls) {
        options.iterations(ITERATIONS)
                .threads(calls == ClosingGuard.class ? 2 : 3)
                .actorsPerThread(3)
                .check(calls);
    }

    /** A guard is seen idle if and only if there was a moment without work in it. */
    public static class OpenGuard {
        private final StripedCount count = new StripedCount();
        private final int[] inside = new int[8];

        @Operation
        public boolean tryEnter(@Param(gen = ThreadIdGen.class) int thread) {
            inside[thread]++;
            return count.tryEnter();
        }

        @Operation
        public void exit(@Param(gen = ThreadIdGen.class) int thread) {
            if (inside[thread] > 0) {
                inside[thread]--;
                count.exit();
            }
        }

        @Operation
        public boolean isIdle() {
            return count.sum() == 0;
        }
    }

    /** Nothing enters a guard once it is closed. Two threads: while it is being closed, one may get in when another does not. */
    public static class ClosingGuard {
        private final StripedCount count = new StripedCount();
        private final int[] inside = new int[8];

        @Operation
        public boolean tryEnter(@Param(gen = ThreadIdGen.class) int thread) {
            boolean entered = count.tryEnter();
            inside[thread] += entered ? 1 : 0;
            return entered;
        }

        @Operation
        public void exit(@Param(gen = ThreadIdGen.class) int thread) {
            if (inside[thread] > 0) {
                inside[thread]--;
                count.exit();
            }
        }

        @Operation
        public void close() {
            count.close();
        }
    }

    /** A service starts at most once and stops at most once, and everybody is told the same. Steps run on the caller's thread. */
    public static class State {
        private final Coordinator coordinator = new Coordinator(
                ComponentGraph.builder()
                        .add("a", Lifecycle.of(() -> {}, deadline -> {}))
                        .build(),
                Budgets.defaults(),
                TimeSource.system(),
                Runnable::run);

        @Operation
        public String start() {
            try {
                return coordinator.start() ? "ready" : "stopped";
            } catch (IllegalStateException | StartFailedException e) {
                return e.getClass().getSimpleName();
            }
        }

        @Operation
        public String stop() {
            Report report = coordinator.stop("test");
            return report.stage() + (report.started() ? " after it was ready" : " without a start");
        }

        @Operation
        public void requestStop() {
            coordinator.requestStop("test");
        }

        @Operation
        public void hurry() {
            coordinator.hurry();
        }
    }
}
