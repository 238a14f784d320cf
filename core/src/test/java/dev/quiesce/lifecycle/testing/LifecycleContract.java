package dev.quiesce.lifecycle.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.testing.RecordingComponent.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/**
 * The contract that every {@link Lifecycle} keeps, as tests: implement this in a test class of the component.
 *
 * <pre>{@code
 * class PoolContractTest implements LifecycleContract<Pool> {
 *     public Pool newComponent() {
 *         return new Pool(url);
 *     }
 * }
 * }</pre>
 *
 * <p>It calls each method in every state, stops twice, at once from many threads, during the start, after a failed start,
 * interrupted, and without time; and looks whether threads, and on Linux file handles, are left behind. Needs JUnit Jupiter
 * and AssertJ on the class path.
 *
 * @param <C> the type of the component
 */
@ExtendWith(ContractWarmUp.class)
public interface LifecycleContract<C extends Lifecycle> {

    /** Returns a new component that has not been started, able to start. What it needs belongs to the test. */
    C newComponent() throws Exception;

    /** Returns a new component whose start fails; empty if that cannot be brought about, which skips what needs it. */
    default Optional<C> newComponentThatFailsToStart() throws Exception {
        return Optional.empty();
    }

    /**
     * Gives a started component work that does not end before the result is closed; empty if it never has any, which skips
     * what needs it. The work is in flight when this method returns. Closing it again, or once the work was cut, does
     * nothing.
     */
    default Optional<AutoCloseable> beginWork(C started) throws Exception {
        return Optional.empty();
    }

    /** Returns how often races are run; 20 by default. Lower it for a component that takes long to start. */
    default int races() {
        return 20;
    }

    /** Returns how long a call may take that has nothing to wait for; 10 s by default. */
    default Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** Returns how much later than its deadline a call may return, on a machine under load; 1 s by default. */
    default Duration tolerance() {
        return Duration.ofSeconds(1);
    }

    /** Returns whether a thread may outlive the component, because it belongs to a library that many share. */
    default boolean isShared(Thread thread) {
        return false;
    }

    @TestFactory
    @Timeout(300)
    default Stream<DynamicTest> everyCall_inEveryState_returns_andLeavesNothingOnceStopped() {
        return Arrays.stream(ContractState.values())
                .flatMap(state -> Arrays.stream(Call.values())
                        .map(call -> dynamicTest(
                                call.name().toLowerCase(Locale.ROOT) + " when "
                                        + state.name().toLowerCase(Locale.ROOT),
                                () -> call(call, state))));
    }

    private void call(Call call, ContractState state) throws Exception {
        Residue before = Residue.now(this::isShared);
        C component = state == ContractState.FAILED
                ? newComponentThatFailsToStart().orElseGet(() -> abort("the start cannot be made to fail"))
                : newComponent();
        try {
            bringTo(state, component);
            if (call == Call.START && state != ContractState.NEW) {
                assertEndsInTime(() -> runQuietly(() -> component.start()));
            } else {
                assertEndsInTime(() -> run(call, component));
            }
        } finally {
            assertEndsInTime(() -> component.stop(Deadline.after(patience())));
        }
        assertThat(component.inFlight().orElse(0))
                .as("work in flight after the stop")
                .isZero();
        before.assertNothingMore();
    }

    @TestFactory
    @Timeout(300)
    default Stream<DynamicTest> linger_inEveryState_returnsByItsDeadline() {
        return Arrays.stream(ContractState.values())
                .filter(state -> state != ContractState.FAILED)
                .map(state -> dynamicTest("linger when " + state.name().toLowerCase(Locale.ROOT), () -> linger(state)));
    }

    private void linger(ContractState state) throws Exception {
        C component = newComponent();
        try {
            bringTo(state, component);
            Duration most = Duration.ofMillis(200);
            long begin = System.nanoTime();
            assertEndsInTime(() -> component.linger(Deadline.after(most)));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(most.plus(tolerance()));
        } finally {
            assertEndsInTime(() -> component.stop(Deadline.after(patience())));
        }
    }

    private void run(Call call, C component) throws Exception {
        switch (call) {
            case START -> component.start();
            case QUIESCE -> component.quiesce();
            case DRAIN -> component.drain(Deadline.after(patience()));
            case STOP -> component.stop(Deadline.after(patience()));
        }
    }

    private void bringTo(ContractState state, C component) throws Exception {
        if (state == ContractState.FAILED) {
            assertThat(runQuietly(component::start)).as("the start fails").isFalse();
        } else if (state != ContractState.NEW) {
            component.start();
        }
        if (state == ContractState.QUIESCED || state == ContractState.DRAINED || state == ContractState.STOPPED) {
            component.quiesce();
        }
        if (state == ContractState.DRAINED || state == ContractState.STOPPED) {
            component.drain(Deadline.after(patience()));
        }
        if (state == ContractState.STOPPED) {
            component.stop(Deadline.after(patience()));
        }
    }

    @Test
    @Timeout(120)
    default void concurrentStops_allReturn_andLeaveNothing() throws Exception {
        for (int race = 0; race < races(); race++) {
            Residue before = Residue.now(this::isShared);
            C component = newComponent();
            component.start();
            CyclicBarrier together = new CyclicBarrier(4);
            List<FutureTask<Boolean>> stops = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                stops.add(onThread(() -> {
                    together.await();
                    component.stop(Deadline.after(patience()));
                }));
            }
            for (FutureTask<Boolean> stop : stops) {
                stop.get();
            }
            before.assertNothingMore();
        }
    }

    @Test
    @Timeout(120)
    default void stopDuringTheStart_leavesNothing_onceStoppedAgain() throws Exception {
        for (int race = 0; race < races(); race++) {
            Residue before = Residue.now(this::isShared);
            C component = newComponent();
            CyclicBarrier together = new CyclicBarrier(2);
            FutureTask<Boolean> start = onThread(() -> {
                together.await();
                runQuietly(component::start);
            });
            together.await();
            for (int spin = 0; spin < race * 1000; spin++) {
                Thread.onSpinWait();
            }
            runQuietly(() -> component.stop(Deadline.after(patience())));
            assertEndsInTime(start::get);
            assertEndsInTime(() -> component.stop(Deadline.after(patience())));
            before.assertNothingMore();
        }
    }

    @Test
    @Timeout(60)
    default void stopWithoutTime_returnsAtOnce_andALaterOneLeavesNothing() throws Exception {
        Residue before = Residue.now(this::isShared);
        C component = newComponent();
        component.start();
        long began = System.nanoTime();
        runQuietly(() -> component.stop(Deadline.after(Duration.ZERO)));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(tolerance());
        runQuietly(() -> component.stop(Deadline.after(patience())));
        before.assertNothingMore();
    }

    @Test
    @Timeout(60)
    default void interruptedStop_returns_andALaterOneLeavesNothing() throws Exception {
        Residue before = Residue.now(this::isShared);
        C component = newComponent();
        component.start();
        assertEndsInTime(() -> {
            Thread.currentThread().interrupt();
            runQuietly(() -> component.stop(Deadline.after(patience())));
        });
        runQuietly(() -> component.stop(Deadline.after(patience())));
        before.assertNothingMore();
    }

    @Test
    @Timeout(60)
    default void drainWithWork_endsByItsDeadline_andSaysThatWorkIsLeft() throws Exception {
        C component = newComponent();
        component.start();
        AutoCloseable work = beginWork(component).orElse(null);
        try {
            assumeTrue(work != null, "it never has work");
            assertThat(component.inFlight().orElse(1)).as("work in flight").isPositive();
            component.quiesce();
            Duration time = Duration.ofMillis(200);
            long began = System.nanoTime();

            assertThatCode(() -> component.drain(Deadline.after(time))).isInstanceOf(Exception.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(time, time.plus(tolerance()));
        } finally {
            close(work);
            runQuietly(() -> component.stop(Deadline.after(patience())));
        }
    }

    @Test
    @Timeout(60)
    default void drain_endsWithTheWork() throws Exception {
        C component = newComponent();
        component.start();
        AutoCloseable work = beginWork(component).orElse(null);
        try {
            assumeTrue(work != null, "it never has work");
            component.quiesce();
            FutureTask<Boolean> drain = onThread(() -> component.drain(Deadline.after(patience())));
            assertThatThrownBy(() -> drain.get(50, TimeUnit.MILLISECONDS))
                    .as("drained while work is in flight")
                    .isInstanceOf(TimeoutException.class);
            close(work);

            assertThat(drain.get()).isTrue();
            assertThat(component.inFlight().orElse(0)).as("work in flight").isZero();
        } finally {
            close(work);
            component.stop(Deadline.after(patience()));
        }
    }

    @Test
    @Timeout(60)
    default void stopWithWork_endsByItsDeadline() throws Exception {
        Residue before = Residue.now(this::isShared);
        C component = newComponent();
        component.start();
        AutoCloseable work = beginWork(component).orElse(null);
        try {
            assumeTrue(work != null, "it never has work");
            Duration time = Duration.ofSeconds(1);
            long began = System.nanoTime();
            runQuietly(() -> component.stop(Deadline.after(time)));

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(time.plus(tolerance()));
        } finally {
            close(work);
            runQuietly(() -> component.stop(Deadline.after(patience())));
        }
        before.assertNothingMore();
    }

    private void assertEndsInTime(Executable action) throws Exception {
        FutureTask<Boolean> call = onThread(action);
        Duration longest = patience().plus(tolerance());
        try {
            call.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("a call that has nothing to wait for has not returned in " + longest, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** Returns whether the action did not throw; for calls that may say so if they refuse. */
    private static boolean runQuietly(Executable action) {
        try {
            action.execute();
            return true;
        } catch (Throwable refused) {
            return false;
        }
    }

    private static void close(@Nullable AutoCloseable work) throws Exception {
        if (work != null) {
            work.close();
        }
    }

    private static FutureTask<Boolean> onThread(Executable action) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            try {
                action.execute();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            return true;
        });
        Thread thread = new Thread(task, Residue.HARNESS);
        thread.setDaemon(true);
        thread.start();
        return task;
    }
}
