package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.eclipse.jetty.ee11.servlet.SessionHandler;
import org.eclipse.jetty.http.HttpCookie.SameSite;
import org.junit.jupiter.api.Test;

class SessionConfigTest {

    @Test
    void defaults_areThoseOfTheDocumentation() {
        assertThat(SessionConfig.defaults())
                .isEqualTo(new SessionConfig(
                        Duration.ofMinutes(30),
                        Duration.ofHours(24),
                        Duration.ofMinutes(10),
                        1024 * 1024,
                        false,
                        "JSESSIONID",
                        true,
                        SameSite.LAX,
                        false));
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        assertThatThrownBy(() -> new SessionConfig(
                        Duration.ofMillis(1500),
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        0,
                        false,
                        "__Host-bad name",
                        true,
                        SameSite.NONE,
                        false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("session configuration: idleLifetime must be whole seconds, was PT1.5S;"
                        + " absoluteLifetime (PT1S) must not be shorter than idleLifetime (PT1.5S);"
                        + " sweepInterval must be whole seconds, was PT0S;"
                        + " maxBytes must be positive, was 0;"
                        + " cookieName must be letters, digits, - and _, was '__Host-bad name';"
                        + " cookieName '__Host-bad name' needs secure: browsers drop such a cookie without it;"
                        + " sameSite NONE needs secure: browsers drop such a cookie without it");
    }

    @Test
    void aCookieWithAPrefix_needsSecure() {
        SessionConfig defaults = SessionConfig.defaults();

        assertThatThrownBy(() -> defaults.withCookie("__Secure-sid", false)).hasMessageContaining("needs secure");
        assertThat(defaults.withCookie("__Secure-sid", true).isHostOnly()).isFalse();
        assertThat(defaults.withCookie("__Host-sid", true).isHostOnly()).isTrue();
    }

    @Test
    void aHostCookie_isRefused_ofAManagerWithADomain() {
        SessionHandler manager = new SessionHandler();
        manager.setSessionDomain("example.org");
        MemorySessions sessions = new MemorySessions(SessionConfig.defaults().withCookie("__Host-sid", true));

        assertThatThrownBy(() -> sessions.manage(manager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the cookie '__Host-sid' may have no domain, but the session manager sets example.org");
    }
}
