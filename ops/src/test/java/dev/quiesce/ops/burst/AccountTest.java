package dev.quiesce.ops.burst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiesce.ops.host.Credit;
import dev.quiesce.ops.stats.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class AccountTest {
    private static final Credit CREDIT = new Credit(0.4, 1000);

    @Test
    void whatIsUsedBeyondTheBaseline_isSpent_byThoseWhoUseIt() {
        Account account = new Account(CREDIT, 1000);
        account.book(new Interval(100, Map.of("a", 0.6, "b", 0.2)));

        assertThat(account.balance()).isEqualTo(960, within(1e-9));
        assertThat(account.spent().get("a")).isEqualTo(30, within(1e-9));
        assertThat(account.spent().get("b")).isEqualTo(10, within(1e-9));
        assertThat(account.firstEmpty()).isNegative();
    }

    @Test
    void creditThatRunsOut_isEmptyFromThatMomentOn_andNoLessThanZero() {
        Account account = new Account(CREDIT, 30);
        account.book(new Interval(100, Map.of("a", 1.0)));

        assertThat(account.balance()).isZero();
        assertThat(account.firstEmpty()).isEqualTo(50, within(1e-9));
        assertThat(account.emptySeconds()).isEqualTo(50, within(1e-9));
        assertThat(account.points())
                .containsExactly(
                        new Account.Point(0, 30, 1.0),
                        new Account.Point(account.firstEmpty(), 0, 1.0),
                        new Account.Point(100, 0, 1.0));
    }

    @Test
    void idleHost_savesUp_toTheCap() {
        Account account = new Account(CREDIT, 980);
        account.book(new Interval(100, Map.of("a", 0.0)));

        assertThat(account.points())
                .containsExactly(
                        new Account.Point(0, 980, 0), new Account.Point(50, 1000, 0), new Account.Point(100, 1000, 0));
    }

    @RepeatedTest(50)
    void credit_staysWithinItsBounds_andIsSpentByNobodyElse(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Account account = new Account(CREDIT, 1000 * random.nextDouble());
        double start = account.balance();
        double earned = 0;
        for (int step = 0; step < 200; step++) {
            double before = account.balance();
            account.book(
                    new Interval(60 * random.nextDouble(), Map.of("a", random.nextDouble(), "b", random.nextDouble())));
            earned += Math.max(0, account.balance() - before);
        }
        double spent = account.spent().values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();

        assertThat(account.points()).allMatch(point -> point.credit() >= 0 && point.credit() <= 1000);
        assertThat(account.balance()).isEqualTo(start + earned - spent, within(1e-6));
    }

    @Test
    void constantLoad_lastsAsLongAsTheCreditOverTheExcess() {
        Forecast forecast = Forecast.of(CREDIT, 1000, List.of(new Sample(null, "a", 0.6, 1, 1, 1)));

        assertThat(forecast.empty()).hasValue(Duration.ofSeconds(5000));
        assertThat(Forecast.of(CREDIT, 1000, List.of(new Sample(null, "a", 0.4, 1, 1, 1)))
                        .empty())
                .isEmpty();
    }

    @Test
    void samplesWithTimes_holdUntilTheNext_whateverTheirOrder() {
        Instant start = Instant.parse("2026-11-28T00:00:00Z");
        List<Sample> samples = List.of(
                new Sample(start.plusSeconds(100), "a", 0, 1, 1, 1),
                new Sample(start, "a", 1, 1, 1, 1),
                new Sample(start.plusSeconds(200), "a", 1, 1, 1, 1));

        Forecast forecast = Forecast.of(CREDIT, 500, samples);

        assertThat(forecast.past().balance()).isEqualTo(500 - 60 + 40, within(1e-9));
        assertThat(forecast.load()).isEqualTo(0.5, within(1e-9));
        assertThat(forecast.empty()).hasValue(Duration.ofSeconds(4800));
    }
}
