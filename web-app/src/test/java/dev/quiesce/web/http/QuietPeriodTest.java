package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When traffic counts as gone, on a clock that jumps to whatever is waited for. */
class QuietPeriodTest {
    private final JumpingClock clock = new JumpingClock();
    private final QuietPeriod period = new QuietPeriod(Duration.ofMillis(100), clock);
    private final Deque<Long> arrivals = new ArrayDeque<>();
    private long lastArrival = clock.millis(-1);

    @Test
    void nothingComes_endsAfterThePeriod() throws Exception {
        assertThat(await(1000)).isTrue();
        assertThat(clock.passed()).isEqualTo(100);
    }

    @Test
    void everyArrival_extendsTheWait() throws Exception {
        arrivals.addAll(List.of(60L, 70L, 150L));

        assertThat(await(1000)).isTrue();
        assertThat(clock.passed()).isEqualTo(250);
    }

    @Test
    void arrivalAfterThePeriod_comesTooLate() throws Exception {
        arrivals.add(101L);

        assertThat(await(1000)).isTrue();
        assertThat(clock.passed()).isEqualTo(100);
    }

    @Test
    void trafficThatGoesOn_isWaitedFor_untilTheDeadline() throws Exception {
        arrivals.addAll(IntStream.range(1, 100).mapToObj(i -> i * 50L).toList());

        assertThat(await(1000)).isFalse();
        assertThat(clock.passed()).isEqualTo(1000);
    }

    @Test
    void deadlineBeforeTheEndOfThePeriod_endsTheWait() throws Exception {
        assertThat(await(40)).isFalse();
        assertThat(clock.passed()).isEqualTo(40);
    }

    private boolean await(int millis) throws InterruptedException {
        return period.await(this::lastArrival, Deadline.after(Duration.ofMillis(millis), clock));
    }

    private long lastArrival() {
        while (!arrivals.isEmpty() && arrivals.getFirst() <= clock.passed()) {
            lastArrival = clock.millis(arrivals.removeFirst());
        }
        return lastArrival;
    }

    private static final class JumpingClock implements TimeSource {
        /** So that readings soon overflow. */
        private static final long ORIGIN = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(30);

        private long now = ORIGIN;

        long passed() {
            return TimeUnit.NANOSECONDS.toMillis(now - ORIGIN);
        }

        long millis(long since) {
            return ORIGIN + TimeUnit.MILLISECONDS.toNanos(since);
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long until) {
            now = until;
            return queue.poll();
        }
    }
}
