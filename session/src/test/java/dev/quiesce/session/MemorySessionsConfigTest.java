package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.eclipse.jetty.http.HttpCookie.SameSite;
import org.junit.jupiter.api.Test;

class MemorySessionsConfigTest {

    @Test
    void defaults_areThoseOfTheDocumentation() {
        assertThat(MemorySessionsConfig.defaults())
                .isEqualTo(new MemorySessionsConfig(
                        Duration.ofMinutes(30), Duration.ofMinutes(10), "JSESSIONID", true, SameSite.LAX, false));
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        assertThatThrownBy(() -> new MemorySessionsConfig(
                        Duration.ofMillis(1500), Duration.ZERO, "bad name", true, SameSite.LAX, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("idleLifetime", "PT1.5S", "sweepInterval", "PT0S", "cookieName", "bad name");
    }
}
