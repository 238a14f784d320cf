package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each format has units of its own. */
class TimesTest {
    @ParameterizedTest
    @CsvSource({
        "GO, 1m30s, 90000",
        "GO, 1.5s, 1500",
        "GO, 0, 0",
        "GO, 300ms, 300",
        "SYSTEMD, 90, 90000",
        "SYSTEMD, 1min 30s, 90000",
        "SYSTEMD, 2min, 120000",
        "SYSTEMD, 500ms, 500",
        "SYSTEMD, 1.5h, 5400000",
        "NGINX, 60, 60000",
        "NGINX, 1m30s, 90000",
        "NGINX, 1h 30m, 5400000",
        "NGINX, 250ms, 250",
        "NGINX, 1M, 2592000000",
        "SETTING, 2500ms, 2500",
        "SETTING, 8s, 8000",
        "SETTING, 2m, 120000"
    })
    void parse_readsTheFormatsOwnUnits(Times format, String text, long millis) {
        assertThat(format.parse(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "GO, 10",
        "GO, 1min",
        "GO, 1m 30s",
        "GO, ''",
        "SYSTEMD, 1x",
        "SYSTEMD, ''",
        "NGINX, 1.5s",
        "NGINX, 1min",
        "NGINX, $time",
        "SETTING, 8",
        "SETTING, 1m30s",
        "SETTING, 1.5s",
        "SETTING, ${TIME}",
        "SETTING, -1s"
    })
    void parse_refusesWhatIsNoTimeThere(Times format, String text) {
        assertThat(format.parse(text)).isEmpty();
    }

    @Test
    void infinity_isLongerThanAnything_inUnits() {
        assertThat(Times.SYSTEMD.parse("infinity")).contains(Times.FOREVER);
        assertThat(Times.NGINX.parse("infinity")).isEmpty();
    }

    @Test
    void text_isForPeople() {
        assertThat(Times.text(Duration.ofMillis(2250))).isEqualTo("2.25 s");
        assertThat(Times.text(Duration.ofMillis(500))).isEqualTo("500 ms");
        assertThat(Times.text(Duration.ofSeconds(90))).isEqualTo("90 s");
        assertThat(Times.text(Times.FOREVER)).isEqualTo("no limit");
    }
}
