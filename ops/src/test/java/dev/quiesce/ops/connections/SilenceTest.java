package dev.quiesce.ops.connections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.ops.connections.Silence.Pool;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who is dead, by a clock that does not run by itself. */
class SilenceTest {
    private static final Pool ONE = new Pool("board", 1);
    private static final long LONG_AGO = 1_000;

    private final Silence silence = new Silence(10);

    @Test
    void poolThatIsSilentForLong_isDead() {
        assertThat(silence.dead(Map.of(ONE, LONG_AGO), 100)).isEmpty();
        assertThat(silence.dead(Map.of(ONE, LONG_AGO), 109)).isEmpty();
        assertThat(silence.dead(Map.of(ONE, LONG_AGO), 110)).containsExactly(ONE);
    }

    @Test
    void poolThatWasBackMeanwhile_beginsAnew() {
        silence.dead(Map.of(ONE, LONG_AGO), 100);
        silence.dead(Map.of(), 105);

        assertThat(silence.dead(Map.of(ONE, LONG_AGO), 112)).isEmpty();
    }

    @Test
    void poolThatHasBegunSomething_beginsAnew() {
        silence.dead(Map.of(ONE, LONG_AGO), 100);

        assertThat(silence.dead(Map.of(ONE, 3L), 112)).isEmpty();
        assertThat(silence.dead(Map.of(ONE, 12L), 121)).isEmpty();
        assertThat(silence.dead(Map.of(ONE, 13L), 122)).containsExactly(ONE);
    }
}
