package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.ManualClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    @Test
    void text_hasTheTimeLeft() {
        ManualClock clock = new ManualClock();
        Deadline deadline = Deadline.after(Duration.ofMillis(1500), clock);
        assertThat(deadline).hasToString("in 1500 ms");
        clock.advance(Duration.ofSeconds(2));
        assertThat(deadline).hasToString("in 0 ms");
    }

    private final ManualClock clock = new ManualClock();

    @Test
    void remaining_shrinksWithTheClock_andEndsAtZero() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(2), clock);

        assertThat(deadline.remaining()).isEqualTo(Duration.ofSeconds(2));
        clock.advance(Duration.ofMillis(1500));
        assertThat(deadline.remaining(TimeUnit.MILLISECONDS)).isEqualTo(500);
        assertThat(deadline.isExpired()).isFalse();
        clock.advance(Duration.ofSeconds(9));
        assertThat(deadline.remaining()).isZero();
        assertThat(deadline.isExpired()).isTrue();
    }

    @Test
    void atMost_givesTheEarlierOfTwoPoints() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(2), clock);

        assertThat(deadline.atMost(Duration.ofSeconds(1)).remaining()).isEqualTo(Duration.ofSeconds(1));
        assertThat(deadline.atMost(Duration.ofSeconds(3)).remaining()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void minus_liesEarlier() {
        assertThat(Deadline.after(Duration.ofSeconds(2), clock)
                        .minus(Duration.ofMillis(500))
                        .remaining())
                .isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void longestDurationThereIs_doesNotOverflow() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(deadline.isExpired()).isFalse();
        assertThat(deadline.remaining()).isGreaterThan(Duration.ofDays(365));
    }

    @Test
    void negativeDuration_hasExpired() {
        assertThat(Deadline.after(Duration.ofSeconds(-1)).isExpired()).isTrue();
    }
}
