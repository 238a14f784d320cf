package dev.quiesce.ops.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {
    @ParameterizedTest
    @CsvSource({
        "500, 500",
        "500b, 500",
        "500m, 524288000",
        "512mb, 536870912",
        "512MiB, 536870912",
        "0.5g, 536870912",
        "6144k, 6291456",
        "1 g, 1073741824",
        "1.5T, 1649267441664"
    })
    void option_isInPowersOf1024_andBytesWithoutUnit(String text, long bytes) {
        assertThat(Size.ofOption(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "50.15MiB, 52586086",
        "2GiB, 2147483648",
        "784KiB, 802816",
        "0B, 0",
        "1.79GB, 1790000000",
        "696kB, 696000"
    })
    void stats_tellPowersOf1024From1000(String text, long bytes) {
        assertThat(Size.ofStats(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "m",
                "-1",
                "-5m",
                "5x",
                "5mm",
                "5mib2",
                "1,5g",
                "1e3",
                "0x10",
                "NaN",
                "5 0m",
                ".5g",
                "9999999p"
            })
    void whatIsNoSize_isNamed(String text) {
        assertThatThrownBy(() -> Size.ofOption(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is no size; give a number and a unit, such as 500m, 512MiB or 2g");
    }

    @RepeatedTest(200)
    void anySize_isReadBackFromItsOption_exactly(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        long bytes = (random.nextLong() >>> (16 + random.nextInt(40)))
                * List.of(1L, Size.KIB, 16L).get(random.nextInt(3));

        assertThat(Size.ofOption(Size.option(bytes))).isEqualTo(bytes);
    }

    @RepeatedTest(200)
    void caseAndSpellingOfAUnit_makeNoDifference(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int power = random.nextInt(4);
        String unit = List.of("k", "m", "g", "t").get(power);
        long number = random.nextInt(1_000_000);
        long bytes = number << (10 * (power + 1));

        for (String spelling : List.of(unit, unit + "b", unit + "ib", unit.toUpperCase(Locale.ROOT) + "iB")) {
            assertThat(Size.ofOption(number + spelling)).isEqualTo(bytes);
            assertThat(Size.ofOption(number + " " + spelling)).isEqualTo(bytes);
        }
    }

    @Test
    void option_isTheShortestThatIsExact() {
        assertThat(List.of(
                        Size.option(224 * Size.MIB),
                        Size.option(2 * Size.GIB),
                        Size.option(1536),
                        Size.option(1000),
                        Size.option(0)))
                .containsExactly("224m", "2048m", "1536", "1000", "0");
        assertThat(Size.option(6143 * Size.KIB)).isEqualTo("6143k");
    }

    @Test
    void text_isInMib_withTwoDecimalsAtMost() {
        assertThat(List.of(
                        Size.text(224 * Size.MIB),
                        Size.text(Size.ofStats("50.15MiB")),
                        Size.text(0),
                        Size.text(200 * Size.MIB)))
                .containsExactly("224 MiB", "50.15 MiB", "0 MiB", "200 MiB");
    }
}
