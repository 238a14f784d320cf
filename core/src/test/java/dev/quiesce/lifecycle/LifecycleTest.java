package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Components without a class. */
class LifecycleTest {
    private static final Deadline SOON = Deadline.after(Duration.ofSeconds(5));

    @Test
    void pairOfFunctions_isAComponent() throws Exception {
        EventLog log = new EventLog();
        Lifecycle pair = Lifecycle.of(() -> log.add("start"), deadline -> log.add("stop by " + (deadline == SOON)));
        pair.start();
        pair.quiesce();
        pair.drain(SOON);
        pair.stop(SOON);

        assertThat(log.events()).containsExactly("start", "stop by true");
        assertThat(pair.inFlight()).isEmpty();
    }

    @Test
    void closeable_isClosedOnce() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        Lifecycle closing = Lifecycle.closing(closed::incrementAndGet);
        closing.start();
        assertThat(closed).hasValue(0);
        closing.stop(SOON);
        closing.stop(SOON);

        assertThat(closed).hasValue(1);
    }

    @Test
    void closeableThatCannotBeClosed_isTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Lifecycle closing = Lifecycle.closing(() -> {
            if (tries.incrementAndGet() == 1) {
                throw new IOException("busy");
            }
        });

        assertThatThrownBy(() -> closing.stop(SOON)).hasMessage("busy");
        closing.stop(SOON);
        closing.stop(SOON);
        assertThat(tries).hasValue(2);
    }

    @Nested
    class Contract implements LifecycleContract<Lifecycle> {
        @Override
        public Lifecycle newComponent() {
            return Lifecycle.closing(() -> {});
        }
    }
}
