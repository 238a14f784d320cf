package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
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

    @Test
    void budgetOfAComponent_thatExceedsItsStage_isRefused_withTheFigures() {
        assertThatThrownBy(() -> Budgets.defaults().withStop("pool", Duration.ofSeconds(2)))
                .hasMessage(
                        "The time budgets do not fit: the stop budget of 'pool' is 2000 ms, but the whole stage has 1750 ms");
        assertThatThrownBy(() -> Budgets.defaults().withDrain("pool", Duration.ofSeconds(7)))
                .hasMessage(
                        "The time budgets do not fit: the drain budget of 'pool' is 7000 ms, but the whole stage has 6000 ms");
        assertThatThrownBy(() -> Budgets.defaults().withStart("pool", Duration.ZERO))
                .hasMessage("The time budgets do not fit: the start budget of 'pool' is 0 ms, it must be positive");
    }

    @Test
    void budgetWithoutAnEnd_isRefused() {
        assertThatThrownBy(() -> Budgets.ofTotal(Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("days, it may be 365 at most");
    }

    @Test
    void stageWithoutBudgets_hasNoneForComponentsEither() {
        SortedMap<String, Duration> some = new TreeMap<>(Map.of("pool", Duration.ofSeconds(1)));
        assertThatThrownBy(() -> new Budgets(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(8),
                        Duration.ZERO,
                        Duration.ofSeconds(2),
                        Map.of(Stage.LINGERING, some)))
                .hasMessage("The time budgets do not fit: components have no budgets for LINGERING");
    }

    @Test
    void description_hasEveryBudget() {
        assertThat(Budgets.defaults()
                        .withLinger(Duration.ofSeconds(1))
                        .withDrain("http", Duration.ofSeconds(4))
                        .describe())
                .isEqualTo("""
                        Time:
                           start at most 60000 ms
                           stop at most 8000 ms: linger 1000 ms, drain 5000 ms, stop 2000 ms
                           drain of http at most 4000 ms
                        """);
    }
}
