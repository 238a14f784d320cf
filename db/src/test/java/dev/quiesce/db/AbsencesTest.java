package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class AbsencesTest {
    private final Absences absences = new Absences(3);

    @Test
    void whoeverIsAbsentForLong_isDead() {
        assertThat(absences.dead(Set.of(7), 10)).isEmpty();
        assertThat(absences.dead(Set.of(7, 8), 12)).isEmpty();
        assertThat(absences.dead(Set.of(7, 8), 13)).containsExactly(7);
        assertThat(absences.dead(Set.of(7, 8), 15)).containsExactly(7, 8);
    }

    @Test
    void whoeverIsBackInBetween_isNotDead() {
        absences.dead(Set.of(7), 10);
        absences.dead(Set.of(), 12);

        assertThat(absences.dead(Set.of(7), 13)).isEmpty();
        assertThat(absences.dead(Set.of(7), 15)).isEmpty();
        assertThat(absences.dead(Set.of(7), 16)).containsExactly(7);
    }

    @Test
    void timeInWhichNobodyLooked_doesNotCount() {
        absences.dead(Set.of(7), 10);
        absences.forget();

        assertThat(absences.dead(Set.of(7), 20)).isEmpty();
    }
}
