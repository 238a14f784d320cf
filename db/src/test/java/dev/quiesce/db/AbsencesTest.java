package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class AbsencesTest {
    private static final long LONG_AGO = 1000;

    private final Absences<Integer> absences = new Absences<>(3);

    @Test
    void whoeverIsAbsentForLong_isDead() {
        assertThat(absences.dead(Map.of(7, LONG_AGO), 10)).isEmpty();
        assertThat(absences.dead(Map.of(7, LONG_AGO, 8, LONG_AGO), 12)).isEmpty();
        assertThat(absences.dead(Map.of(7, LONG_AGO, 8, LONG_AGO), 13)).containsExactly(7);
        assertThat(absences.dead(Map.of(7, LONG_AGO, 8, LONG_AGO), 15)).containsExactly(7, 8);
    }

    @Test
    void whoeverIsBackInBetween_isNotDead() {
        absences.dead(Map.of(7, LONG_AGO), 10);
        absences.dead(Map.of(), 12);

        assertThat(absences.dead(Map.of(7, LONG_AGO), 13)).isEmpty();
        assertThat(absences.dead(Map.of(7, LONG_AGO), 15)).isEmpty();
        assertThat(absences.dead(Map.of(7, LONG_AGO), 16)).containsExactly(7);
    }

    @Test
    void timeInWhichNobodyLooked_doesNotCount() {
        absences.dead(Map.of(7, LONG_AGO), 10);
        absences.forget();

        assertThat(absences.dead(Map.of(7, LONG_AGO), 20)).isEmpty();
    }

    @Test
    void whoeverHasBegunSomethingMeanwhile_isNotDead() {
        absences.dead(Map.of(7, LONG_AGO), 10);
        assertThat(absences.dead(Map.of(7, 1L), 12)).isEmpty();

        assertThat(absences.dead(Map.of(7, 3L), 14)).isEmpty();
        assertThat(absences.dead(Map.of(7, 4L), 15)).containsExactly(7);
    }
}
