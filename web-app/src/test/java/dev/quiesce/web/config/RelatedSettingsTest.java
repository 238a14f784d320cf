package dev.quiesce.web.config;

import static dev.quiesce.web.config.Configs.EMBEDDED;
import static dev.quiesce.web.config.Configs.ready;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.session.SessionConfig;
import dev.quiesce.web.http.Tls;
import dev.quiesce.web.testing.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that belong together, or that follow from others. */
class RelatedSettingsTest {
    @Test
    void certificateAndKey_arriveTogether(@TempDir Path folder) throws Exception {
        TestCertificate made = TestCertificate.make(folder, "EC", 30);
        Path certificate = Files.writeString(folder.resolve("cert.pem"), made.certificate());
        Path key = Files.writeString(folder.resolve("key.pem"), made.key());

        assertThat(ready(EMBEDDED, "--http-tls-certificate=" + certificate, "--http-tls-key=" + key)
                        .tls())
                .contains(new Tls(certificate, key));
    }

    @Test
    void theSessionCookie_isForTheHostAlone_whereItIsAlwaysSecure(@TempDir Path folder) throws Exception {
        TestCertificate made = TestCertificate.make(folder, "EC", 30);
        Path certificate = Files.writeString(folder.resolve("cert.pem"), made.certificate());
        Path key = Files.writeString(folder.resolve("key.pem"), made.key());
        SessionConfig secure = SessionConfig.defaults().withCookie("__Host-session", true);

        assertThat(ready(EMBEDDED, "--http-tls-certificate=" + certificate, "--http-tls-key=" + key)
                        .sessions()
                        .config())
                .isEqualTo(secure);
        assertThat(ready(EMBEDDED, "--session-cookie-secure").sessions().config())
                .isEqualTo(secure);
        assertThat(ready(EMBEDDED, "--session-cookie-secure", "--session-cookie-name=sid")
                        .sessions()
                        .config())
                .isEqualTo(SessionConfig.defaults().withCookie("sid", true));
    }

    @Test
    void sessionsLiveAsLongAsTheyMayBeIdle_atLeast() {
        assertThat(ready(EMBEDDED, "--session-timeout=48h").sessions().config().absoluteLifetime())
                .isEqualTo(Duration.ofHours(48));
    }
}
