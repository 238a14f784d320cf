package dev.quiesce.ops.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class SpanTest {
    @ParameterizedTest
    @CsvSource({"60s, PT1M", "10m, PT10M", "1.5h, PT1H30M", "2d, PT48H", "0.5s, PT0.5S"})
    void span_isANumberAndAUnit(String text, Duration span) {
        assertThat(new Span().convert(text)).isEqualTo(span);
    }

    @Test
    void spanWithoutUnit_isRefused() {
        assertThatThrownBy(() -> new Span().convert("60"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'60' is no span of time, such as 60s, 10m, 12h or 2d");
    }

    @ParameterizedTest
    @CsvSource({
        "PT42S, 42 s",
        "PT1M, 1 min",
        "PT1M5S, 1 min 5 s",
        "PT7H6M, 7 h 6 min",
        "PT502H, 20 d 22 h",
        "PT24H, 1 d",
        "PT0S, 0 s"
    })
    void text_hasTheTwoLargestUnits(Duration span, String text) {
        assertThat(Span.text(span)).isEqualTo(text);
    }
}
