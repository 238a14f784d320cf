package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who gets how much of a stage. The chain is http, sessions, pool; the total 10 s, of which the stop has 4.25 s and the end 0.25 s. */
class SharesTest {
    private static final Budgets BUDGETS =
            Budgets.ofTotal(Duration.ofSeconds(10)).withStop(Duration.ofMillis(4250));

    private final ComponentGraph chain = ComponentGraph.builder()
            .add("http", component("http"), "sessions")
            .add("sessions", component("sessions"), "pool")
            .add("pool", component("pool"))
            .add("alone", component("alone"))
            .build();

    @Test
    void stop_isSharedEquallyByAChain_andUnusedTimeIsSharedAgain() {
        Shares shares = BUDGETS.shares(chain, Stage.STOPPING);

        assertThat(end(shares, "http", 0, 4000)).isEqualTo(1333);
        assertThat(end(shares, "alone", 0, 4000)).isEqualTo(4000);
        assertThat(end(shares, "sessions", 1000, 4000)).isEqualTo(2500);
        assertThat(end(shares, "pool", 1000, 4000)).isEqualTo(4000);
    }

    @Test
    void budgetOfAComponent_isHeldBackForIt_andIsTheMostThatItGets() {
        Shares shares = BUDGETS.withStop("pool", Duration.ofSeconds(3)).shares(chain, Stage.STOPPING);

        assertThat(end(shares, "http", 0, 4000)).isEqualTo(500);
        assertThat(end(shares, "sessions", 500, 4000)).isEqualTo(1000);
        assertThat(end(shares, "pool", 1000, 4000)).isEqualTo(4000);
        assertThat(end(shares, "pool", 0, 4000)).isEqualTo(3000);
    }

    @Test
    void drain_mayUseAllTheTime_butForWhatIsHeldBack() {
        Shares shares = BUDGETS.withDrain("pool", Duration.ofSeconds(2)).shares(chain, Stage.DRAINING);

        assertThat(end(shares, "http", 0, 5750))
                .as("less 20 ms for sessions and 2 s for the pool")
                .isEqualTo(3730);
        assertThat(end(shares, "pool", 1000, 5750)).isEqualTo(3000);
        assertThat(TimeUnit.NANOSECONDS.toMillis(shares.heldBack())).isEqualTo(2040);
    }

    @Test
    void start_mayUseAllTheTime() {
        Shares shares = BUDGETS.shares(chain, Stage.STARTING);

        assertThat(end(shares, "http", 0, 60_000)).isEqualTo(60_000);
        assertThat(end(shares, "pool", 0, 60_000)).isEqualTo(59_960);
    }

    @Test
    void stepThatComesTooLate_hasNothingLeft() {
        Shares shares = BUDGETS.shares(chain, Stage.STOPPING);

        assertThat(end(shares, "pool", 5000, 4000)).isEqualTo(5000);
    }

    @Test
    void budgetsThatDoNotFitOneAfterTheOther_areRefused_withTheFigures() {
        Budgets tooMuch = BUDGETS.withStop("http", Duration.ofSeconds(3)).withStop("pool", Duration.ofSeconds(2));

        assertThatThrownBy(() -> Coordinator.of(chain, tooMuch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The time budgets do not fit: one after the other, 'http' 3000 ms → 'pool' 2000 ms take 5000 ms,"
                                + " but the stop stage has 4000 ms");
    }

    @Test
    void budgetsThatLeaveNothingToTheOthers_areRefused() {
        Budgets all = BUDGETS.withStop("http", Duration.ofSeconds(2)).withStop("pool", Duration.ofSeconds(2));

        assertThatThrownBy(() -> Coordinator.of(chain, all))
                .hasMessage(
                        "The time budgets do not fit: one after the other, 'http' 2000 ms → 'pool' 2000 ms leave nothing"
                                + " to components without a budget, but the stop stage has 4000 ms");
    }

    @Test
    void budgetsSideBySide_needNotFitTogether() {
        Budgets both = BUDGETS.withStop("http", Duration.ofSeconds(3)).withStop("alone", Duration.ofSeconds(3));

        assertThat(Coordinator.of(chain, both).budgets()).isEqualTo(both);
    }

    @Test
    void budgetForNobody_isRefused() {
        assertThatThrownBy(() -> Coordinator.of(chain, BUDGETS.withDrain("htpp", Duration.ofSeconds(1))))
                .hasMessage("The time budgets do not fit: there is a drain budget for [htpp], but only the components"
                        + " [alone, http, pool, sessions]");
    }

    private static long end(Shares shares, String component, int now, int stageEnd) {
        return TimeUnit.NANOSECONDS.toMillis(
                shares.end(component, TimeUnit.MILLISECONDS.toNanos(now), TimeUnit.MILLISECONDS.toNanos(stageEnd)));
    }

    private static RecordingComponent component(String name) {
        return new RecordingComponent(name, new EventLog());
    }
}
