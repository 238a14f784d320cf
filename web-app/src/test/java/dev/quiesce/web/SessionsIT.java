package dev.quiesce.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.PlacedInstance;
import dev.quiesce.web.testing.SessionLoad;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole service with sessions in a real MariaDB: restarts keep them. {@code ./dev drill sessions} does it at length. */
@ExtendWith(ServiceDatabase.Extension.class)
class SessionsIT {
    private static final Path JAR = Path.of("target", "quiesce-web-app.jar");
    private static final int CLIENTS = 6;
    private static final int BETWEEN_RESTARTS = 100;

    private final ServiceDatabase database;

    SessionsIT(ServiceDatabase database) {
        this.database = database;
    }

    @Test
    void sessionsInTheDatabase_areFlushedBeforeItsPoolCloses_andFoundAfterTheRestart() throws Exception {
        Map<String, String> durable = Map.of("QUIESCE_SESSION_STORE", "database");
        String cookie;
        try (RunningService service = RunningService.ready(database.environment(), durable)) {
            HttpResponse<String> response = service.get(service.http("/drill/session"));
            assertThat(response.body()).isEqualTo("1\n");
            cookie = response.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];

            assertThat(service.terminate()).isZero();

            assertThat(service.log("Stopping", "Stopped").stream()
                            .map(line -> line.replaceAll(" in \\d+ ms.*|:.*", "")))
                    .containsSubsequence("Stopping sessions", "Stopped sessions", "Stopping pool main")
                    .containsSubsequence("Stopped sessions", "Stopping container");
            assertThat(service.log("Saved")).containsExactly("Saved 0 sessions of requests that were running");
        }
        try (RunningService service = RunningService.ready(database.environment(), durable)) {
            HttpResponse<String> response = service.client()
                    .send(
                            HttpRequest.newBuilder(service.http("/drill/session"))
                                    .header("Cookie", cookie)
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("2\n");
            assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void sessionsAreDestroyedAtTheStop_whenAsked() throws Exception {
        try (RunningService service = RunningService.ready(
                database.environment(),
                Map.of("QUIESCE_SESSION_STORE", "database", "QUIESCE_SESSION_DESTROY_AT_STOP", "true"))) {
            service.get(service.http("/drill/session"));
            service.get(service.http("/drill/session"));
            int before = database.column("select id from http_sessions").size();
            assertThat(before).isGreaterThanOrEqualTo(2);

            assertThat(service.terminate()).isZero();

            assertThat(service.log("Destroyed")).containsExactly("Destroyed " + before + " sessions");
        }
        assertThat(database.column("select id from http_sessions")).isEmpty();
    }

    @Test
    void theCookie_isSecureBehindTheTlsOfAProxy_andForTheHostAloneWhenItAlwaysIs() throws Exception {
        try (RunningService service =
                RunningService.ready(database.environment(), Map.of("QUIESCE_HTTP_FORWARDED", "true"))) {
            assertThat(cookie(service, "https")).startsWith("JSESSIONID=").contains("; Secure", "; HttpOnly");
            assertThat(cookie(service, "http")).startsWith("JSESSIONID=").doesNotContain("Secure");
        }
        try (RunningService service =
                RunningService.ready(database.environment(), Map.of("QUIESCE_SESSION_COOKIE_SECURE", "true"))) {
            assertThat(cookie(service, "http"))
                    .startsWith("__Host-session=")
                    .contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax")
                    .doesNotContain("Domain");
        }
    }

    private static String cookie(RunningService service, String protocol) throws Exception {
        return service.client()
                .send(
                        HttpRequest.newBuilder(service.http("/drill/session"))
                                .header("X-Forwarded-Proto", protocol)
                                .build(),
                        BodyHandlers.ofString())
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
    }

    @Test
    void aRollingRestartOfTwoInstances_withoutStickiness_losesNoIncrement_andSignsNobodyOut() throws Exception {
        try (PlacedInstance one = PlacedInstance.onPort(launch());
                PlacedInstance other = PlacedInstance.onPort(launch())) {
            one.start();
            other.start();
            try (SessionLoad load = SessionLoad.start(List.of(one.place(), other.place()), CLIENTS)) {
                for (PlacedInstance each : List.of(one, other)) {
                    load.awaitAnswered(load.answered() + BETWEEN_RESTARTS);
                    each.restart();
                }
                load.awaitAnswered(load.answered() + BETWEEN_RESTARTS);
                load.end();

                assertThat(load.losses()).isEmpty();
                assertThat(load.signedOut()).isZero();
                assertThat(load.twice()).isZero();
                assertThat(load.failures()).isEmpty();
            }
        }
    }

    @Test
    void anInstanceThatIsKilled_losesNoIncrementThatWasAnswered_andSignsNobodyOut() throws Exception {
        try (PlacedInstance one = PlacedInstance.onPort(launch());
                PlacedInstance other = PlacedInstance.onPort(launch())) {
            one.start();
            other.start();
            try (SessionLoad load = SessionLoad.start(List.of(one.place(), other.place()), CLIENTS)) {
                load.awaitAnswered(BETWEEN_RESTARTS);
                one.kill();
                load.awaitAnswered(load.answered() + BETWEEN_RESTARTS);
                one.start();
                load.awaitAnswered(load.answered() + BETWEEN_RESTARTS);
                load.end();

                assertThat(load.losses()).isEmpty();
                assertThat(load.signedOut()).isZero();
                assertThat(load.twice()).isZero();
                // Each client has at most one request at the instance when it dies.
                assertThat(load.failed()).isLessThanOrEqualTo(CLIENTS);
            }
        }
    }

    private Launch launch() {
        return new Launch(JAR, database.environment(), List.of("--session-store=database"));
    }
}
