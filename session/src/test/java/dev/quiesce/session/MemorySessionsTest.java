package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.eclipse.jetty.ee11.servlet.SessionHandler;
import org.eclipse.jetty.http.HttpCookie.SameSite;
import org.eclipse.jetty.session.ManagedSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MemorySessionsTest {
    private final DestructionListener listener = new DestructionListener(false);
    private MemorySessions sessions = new MemorySessions(SessionConfig.defaults());
    private TestServer server = new TestServer(sessions);

    private void serve(SessionConfig config) throws Exception {
        sessions = new MemorySessions(config);
        server = new TestServer(sessions);
        serve();
    }

    private void serve() throws Exception {
        server.context.addEventListener(listener);
        server.server.start();
        sessions.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.server.stop();
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    private void open(int count) throws Exception {
        HttpClient withoutCookies = HttpClient.newHttpClient();
        for (int i = 0; i < count; i++) {
            assertThat(server.get(withoutCookies, "/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aSessionIsKeptOverRequests() throws Exception {
        serve();
        HttpClient browser = TestServer.browser();

        assertThat(server.get(browser, "/").body()).isEqualTo("1");
        assertThat(server.get(browser, "/").body()).isEqualTo("2");
        assertThat(server.get(TestServer.browser(), "/").body()).isEqualTo("1");
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void theCookieIsHttpOnlyAndLax_andSecureOnlyWhenAsked() throws Exception {
        serve();
        assertThat(cookie())
                .startsWith("JSESSIONID=")
                .contains("; HttpOnly", "; SameSite=Lax", "; Path=/")
                .doesNotContain("Secure");
        server.server.stop();

        serve(SessionConfig.defaults().withCookie("sid", true).withCookieFlags(false, SameSite.STRICT));
        assertThat(cookie())
                .startsWith("sid=")
                .contains("; Secure", "; SameSite=Strict")
                .doesNotContain("HttpOnly");
    }

    @Test
    void theCookieIsSecure_whenAProxySaysThatTheClientUsesTls() throws Exception {
        serve();

        assertThat(server.context.getSessionHandler().isSecureCookies()).isFalse();
        assertThat(HttpClient.newHttpClient()
                        .send(
                                server.request("/")
                                        .header("X-Forwarded-Proto", "https")
                                        .build(),
                                BodyHandlers.ofString())
                        .headers()
                        .firstValue("Set-Cookie")
                        .orElseThrow())
                .contains("; Secure", "; HttpOnly", "; SameSite=Lax");
    }

    @Test
    void aHostCookie_isSecure_forAllPaths_andWithoutADomain() throws Exception {
        sessions = new MemorySessions(SessionConfig.defaults().withCookie("__Host-sid", true));
        server = new TestServer(sessions);
        server.context.setContextPath("/deep");
        serve();

        assertThat(server.get(HttpClient.newHttpClient(), "/deep/")
                        .headers()
                        .firstValue("Set-Cookie")
                        .orElseThrow()
                        .split("; ?"))
                .satisfies(parts -> assertThat(parts[0]).startsWith("__Host-sid="))
                .contains("Path=/", "Secure", "HttpOnly", "SameSite=Lax")
                .noneMatch(part -> part.startsWith("Domain"));
    }

    @Test
    void aSessionEndsWithItsAbsoluteLifetime_howeverBusyItIs() throws Exception {
        serve(SessionConfig.defaults().withLifetimes(Duration.ofSeconds(1), Duration.ofSeconds(1)));
        HttpClient browser = TestServer.browser();
        String first =
                server.get(browser, "/").headers().firstValue("Set-Cookie").orElseThrow();

        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    HttpResponse<String> response = server.get(browser, "/");
                    return response.body().equals("1")
                            && !response.headers()
                                    .firstValue("Set-Cookie")
                                    .orElseThrow()
                                    .equals(first);
                });
    }

    @Test
    void aSessionIsFoundByItsCookie_withoutARequest_andIsNotKeptAliveByThat() throws Exception {
        serve();
        String cookie = cookie().split(";")[0];
        ManagedSession session = server.onlySession();
        // The answer is out before the server has let go of the session.
        await().atMost(Duration.ofSeconds(5)).until(() -> session.getRequests() == 0);
        long lastUsed = session.getSessionData().getAccessed();

        SessionView view = sessions.find("a=b; " + cookie).orElseThrow();

        assertThat(view.attribute("count")).contains(1);
        assertThat(view.attribute("other")).isEmpty();
        assertThat(view.idHash()).hasSize(64).doesNotContain(session.getId());
        assertThat(view).hasToString("SessionView[" + view.idHash() + ", [count]]");
        assertThat(session.getRequests()).isZero();
        assertThat(session.getSessionData().getAccessed()).isEqualTo(lastUsed);
        assertThat(sessions.find("JSESSIONID=none; x")).isEmpty();
        assertThat(sessions.find("")).isEmpty();
        sessions.stop(in(10_000));
        assertThat(sessions.find(cookie)).isEmpty();
    }

    private String cookie() throws Exception {
        return server.get(HttpClient.newHttpClient(), "/")
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
    }

    @Test
    void aManagerThatRuns_orASecondOne_isRefused() throws Exception {
        serve();

        MemorySessions late = new MemorySessions(SessionConfig.defaults());
        assertThatThrownBy(() -> late.manage(server.context.getSessionHandler()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before its server starts");
        assertThatThrownBy(() -> sessions.manage(new SessionHandler()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already");
    }

    @Test
    void expiredSessionsAreSwept() throws Exception {
        serve(SessionConfig.defaults()
                .withLifetimes(Duration.ofSeconds(1), Duration.ofHours(1))
                .withSweepInterval(Duration.ofSeconds(1)));
        open(2);
        assertThat(sessions.size()).isEqualTo(2);

        await().until(() -> sessions.size() == 0);

        // Jetty forgets a session before it tells whoever listens.
        await().untilAsserted(() -> assertThat(listener.calls).hasValue(2));
        sessions.stop(in(1000));
        assertThat(sessions.destroyed()).isZero();
    }
}
