package dev.quiesce.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SocketHubConfigTest {

    @Test
    void defaults_areThoseOfTheDocumentation() {
        SocketHubConfig config = SocketHubConfig.defaults();

        assertThat(config.maxMessageBytes()).isEqualTo(65_536);
        assertThat(config.outboundQueueBytes()).isEqualTo(1_048_576);
        assertThat(config.pingInterval()).hasSeconds(25);
        assertThat(config.pongTimeout()).hasSeconds(20);
        assertThat(config.closeTimeout()).hasSeconds(5);
        assertThat(config.allowedOrigins()).isEmpty();
        assertThat(config.closeReason()).isEqualTo("service restart");
        assertThat(config.retryAfter()).hasSeconds(5);
        assertThat(config.handlesLateMessages()).isFalse();
        assertThat(config.closesPerSecond()).isZero();
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        assertThatThrownBy(() -> new SocketHubConfig(
                        0,
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(-1),
                        Duration.ZERO,
                        Set.of("example.com"),
                        "ä".repeat(62),
                        Duration.ofSeconds(-1),
                        false,
                        -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "maxMessageBytes",
                        "outboundQueueBytes",
                        "pingInterval",
                        "pongTimeout",
                        "closeTimeout",
                        "example.com",
                        "closeReason",
                        "124",
                        "retryAfter",
                        "closesPerSecond");
    }

    @Test
    void aPongTimeoutBeyondThePingInterval_isRefused() {
        assertThatThrownBy(
                        () -> SocketHubConfig.defaults().withHeartbeat(Duration.ofSeconds(10), Duration.ofSeconds(11)))
                .hasMessageContaining("pongTimeout must not exceed pingInterval");
    }
}
