package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BudgetsTest {

    @Test
    void defaults_fitInsideTheGraceOfDockerStop() {
        assertThat(Budgets.defaults().total()).isLessThan(Duration.ofSeconds(10));
        assertThat(Budgets.defaults().drain()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void budgetsThatDoNotFitTheTotal_areRefused_withTheFigures() {
        Budgets budgets = Budgets.ofTotal(Duration.ofSeconds(4)).withStop(Duration.ofSeconds(2));

        assertThatThrownBy(() -> budgets.withLinger(Duration.ofSeconds(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The time budgets do not fit: linger 2000 ms and stop 2000 ms leave nothing of the total"
                        + " 4000 ms for draining: raise the total above 4000 ms or lower the others");
    }

    @Test
    void everyImpossibleBudget_isNamed() {
        assertThatThrownBy(() -> new Budgets(
                        Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(-2), Duration.ZERO, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("start is 0 ms", "total is -1000 ms", "linger is -2000 ms", "stop is 0 ms");
    }
}
