package dev.quiesce.ops.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UsageTest {
    @Test
    void oneSample_isPeakAndAverage() {
        assertThat(Usage.of(List.of(new Sample(null, "shop", 0.5, 100, 1000, 7))))
                .containsExactly(new Usage("shop", 1, 0.5, 0.5, 100, 100, 100, 1000, 7));
    }

    @Test
    void ninetyNinePercent_leaveOneOutlierIn200Aside_andThePeakDoesNot() {
        List<Sample> samples = IntStream.rangeClosed(1, 200)
                .mapToObj(n -> new Sample(null, "shop", n == 7 ? 2 : 0, n == 7 ? 9000 : n, 1000, n == 9 ? 30 : 1))
                .toList();

        assertThat(Usage.of(samples)).containsExactly(new Usage("shop", 200, 0.01, 2, 200, 199, 9000, 1000, 30));
    }

    @Test
    void containers_keepTheOrderOfTheirFirstSamples() {
        assertThat(Usage.of(List.of(sample("b"), sample("a"), sample("b"))))
                .extracting(Usage::container, Usage::samples)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("b", 2), org.assertj.core.groups.Tuple.tuple("a", 1));
    }

    private static Sample sample(String container) {
        return new Sample(null, container, 0, 1, 1, 1);
    }
}
