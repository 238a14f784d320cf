package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformGraceTest {

    @ParameterizedTest
    @CsvSource({
        "30, 30000",
        "30s, 30000",
        "500ms, 500",
        "1min 30s, 90000",
        "2m, 120000",
        "1h, 3600000",
        "' 10 sec ', 10000",
        "1s 500ms, 1500",
        "55s500ms, 55500",
        "30s 1min, 90000",
        "PT45S, 45000"
    })
    void spans_areReadAsSystemdAndIsoWriteThem(String text, long millis) {
        assertThat(PlatformGrace.in(Map.of("QUIESCE_PLATFORM_GRACE", text)))
                .isEqualTo(new PlatformGrace(Duration.ofMillis(millis), "QUIESCE_PLATFORM_GRACE", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "10 parsecs", "-5", "-5ms", "1.5s", "5M", "5s later", "PT", "99999999999999999999"})
    void whatIsNoSpan_isRefused_withWhatToWrite(String text) {
        assertThatThrownBy(() -> PlatformGrace.in(Map.of("QUIESCE_PLATFORM_GRACE", text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "QUIESCE_PLATFORM_GRACE is '" + text + "', which is no span of time: write it as 30s, 1min 30s,"
                                + " 500ms or PT30S; a number alone is in seconds");
    }

    @Test
    void defaults_areAssumed_whereThePlatformIsRecognised() {
        assertThat(PlatformGrace.in(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")))
                .isEqualTo(new PlatformGrace(Duration.ofSeconds(30), "Kubernetes' default", false));
        assertThat(PlatformGrace.in(Map.of("INVOCATION_ID", "8ab1")))
                .isEqualTo(new PlatformGrace(Duration.ofSeconds(90), "systemd's default", false));
        assertThat(PlatformGrace.in(Map.of("INVOCATION_ID", "8ab1", "NOTIFY_SOCKET", "/run/systemd/notify")))
                .as("systemd is told how long the stop may take")
                .isNull();
        assertThat(PlatformGrace.in(Map.of())).isNull();
        assertThat(PlatformGrace.in(Map.of("QUIESCE_PLATFORM_GRACE", " "))).isNull();
    }

    @Test
    void totalThatTakesAllOfTheGrace_doesNotFit() {
        PlatformGrace known = new PlatformGrace(Duration.ofSeconds(8), "QUIESCE_PLATFORM_GRACE", true);
        PlatformGrace assumed = new PlatformGrace(Duration.ofSeconds(30), "Kubernetes' default", false);

        assertThat(known.fits(Duration.ofMillis(7999))).isTrue();
        assertThat(known.fits(Duration.ofSeconds(8))).isFalse();
        assertThat(known.mismatch(Duration.ofSeconds(9)))
                .isEqualTo(
                        "The shutdown may take 9000 ms, but the platform kills after 8000 ms (QUIESCE_PLATFORM_GRACE):"
                                + " raise the platform's grace period and QUIESCE_PLATFORM_GRACE with it, or lower the total");
        assertThat(assumed.mismatch(Duration.ofSeconds(40)))
                .endsWith(
                        "(Kubernetes' default): set QUIESCE_PLATFORM_GRACE to the grace period that is configured, for"
                                + " example 60s");
    }
}
