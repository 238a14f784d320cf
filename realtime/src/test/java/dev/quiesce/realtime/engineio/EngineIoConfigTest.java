package dev.quiesce.realtime.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EngineIoConfigTest {

    @Test
    void theDefaults_areThoseOfTheReference_whereItHasAny() {
        EngineIoConfig config = EngineIoConfig.defaults();

        assertThat(config.path()).isEqualTo("/engine.io/");
        assertThat(config.pingInterval()).isEqualTo(Duration.ofSeconds(25));
        assertThat(config.pingTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.upgradeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.maxPayload()).isEqualTo(1_000_000);
    }

    @Test
    void whatIsChanged_changesNothingElse() {
        EngineIoConfig changed = EngineIoConfig.defaults()
                .withPath("/x/")
                .withHeartbeat(Duration.ofSeconds(3), Duration.ofSeconds(2))
                .withUpgradeTimeout(Duration.ofSeconds(4))
                .withMaxPayload(5000)
                .withOutboundQueueBytes(6000)
                .withMaxSockets(7, 8)
                .withAllowedOrigins(Set.of("*"))
                .withClosesPerSecond(9);

        assertThat(changed)
                .isEqualTo(new EngineIoConfig(
                        "/x/",
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        5000,
                        6000,
                        7,
                        8,
                        Set.of("*"),
                        EngineIoConfig.defaults().closeReason(),
                        EngineIoConfig.defaults().retryAfter(),
                        9));
    }

    @Test
    void mistakes_areNamedAllAtOnce() {
        assertThatThrownBy(() -> new EngineIoConfig(
                        "x",
                        Duration.ZERO,
                        Duration.ofNanos(5),
                        Duration.ofSeconds(-1),
                        0,
                        511,
                        0,
                        -1,
                        Set.of(),
                        "",
                        Duration.ZERO,
                        -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "path must begin and end with a slash and have a name, was x",
                        "pingInterval must be at least 1 ms, was PT0S",
                        "pingTimeout must be at least 1 ms, was PT0.000000005S",
                        "upgradeTimeout must be at least 1 ms, was PT-1S",
                        "maxPayload must be positive, was 0",
                        "outboundQueueBytes must be at least 512, was 511",
                        "maxSockets must be positive, was 0",
                        "maxSocketsPerAddress must not be negative, was -1",
                        "closesPerSecond must not be negative, was -2");
        assertThatThrownBy(() -> EngineIoConfig.defaults().withAllowedOrigins(Set.of("example.com")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowedOrigins");
    }
}
