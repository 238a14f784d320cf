package dev.quiesce.web;

import static dev.quiesce.web.RunningService.GRACE_PERIOD;
import static dev.quiesce.web.RunningService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.RawClient;
import dev.quiesce.web.testing.SocketIoClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole service, real signals, a real MariaDB: what is in flight when it is told to stop. */
@ExtendWith(ServiceDatabase.Extension.class)
class OrderedStopIT {
    private static final Pattern COOKIE = Pattern.compile("Set-Cookie: ([^;]+);");

    private final ServiceDatabase database;

    OrderedStopIT(ServiceDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void signal_stopsInTheOrderThatOperatorsExpect_andExitsWith0(String signal) throws Exception {
        long aborted = database.abortedClients();
        try (RunningService service = RunningService.ready(database.environment(), Map.of("QUIESCE_DRILL", "false"))) {
            assertThat(service.get(service.http("/")).statusCode()).isEqualTo(200);
            service.process().signal(signal);

            assertThat(service.process().awaitExit(PATIENCE)).isZero();
            assertThat(service.log("Stopping"))
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("Stopping: SIG" + signal),
                            line -> assertThat(line).isEqualTo("Stopping http"),
                            line -> assertThat(line).isEqualTo("Stopping presence"),
                            line -> assertThat(line).isEqualTo("Stopping sockets"),
                            line -> assertThat(line).isEqualTo("Stopping pool d4"),
                            line -> assertThat(line).isEqualTo("Stopping pool main"),
                            line -> assertThat(line).isEqualTo("Stopping sessions"),
                            line -> assertThat(line).isEqualTo("Stopping container"),
                            line -> assertThat(line).isEqualTo("Stopping management"));
            assertThat(service.log("Stopped").stream().map(line -> line.replaceAll(" in \\d+ ms.*", "")))
                    .startsWith("Stopped http")
                    .containsSubsequence("Stopped sockets", "Stopped pool main", "Stopped sessions")
                    .containsSubsequence("Stopped sockets", "Stopped pool d4", "Stopped sessions")
                    .endsWith("Stopped sessions", "Stopped container", "Stopped management", "Stopped cleanly");
            assertThat(service.lastLine()).contains("Stopped cleanly", "SIG" + signal, "exit code 0");
        }
        database.awaitNoConnectionOfTheService();
        assertThat(database.abortedClients()).isEqualTo(aborted);
    }

    @Test
    void fiftySlowRequestsInFlight_areAllAnswered() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of())) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(service.getAsync(service.http("/drill/sleep?ms=2000")));
            }
            service.awaitInFlight(50);

            assertThat(service.terminate()).isZero();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
                assertThat(answer.get().headers().firstValue("Connection")).contains("close");
            }
        }
    }

    @Test
    void moreRequestsThanThreads_areAllAnswered() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of())) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                answers.add(service.getAsync(service.http("/drill/sleep?ms=2000")));
            }
            service.awaitGauge("httpConnections", 300);

            assertThat(service.terminate()).isZero();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void requestOnAnOpenConnectionWhileDraining_isServed_andToldToClose() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of())) {
            CompletableFuture<HttpResponse<String>> slow = service.getAsync(service.http("/drill/sleep?ms=2000"));
            service.awaitInFlight(1);
            try (RawClient client = RawClient.connect(service.http("/"))) {
                assertThat(client.get("/drill/sleep?ms=0")).contains("200 OK").doesNotContain("Connection: close");
                service.process().signal("TERM");
                service.process().awaitLine("Stopping: SIGTERM", PATIENCE);
                URI port = service.http("/");
                // At once, since the connection gets a window only.
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> isRefused(port));

                assertThat(client.get("/drill/sleep?ms=0")).contains("200 OK").contains("Connection: close");
                assertThat(client.isAtEnd()).isTrue();
            }
            assertThat(slow.get().statusCode()).isEqualTo(200);
            assertThat(service.process().awaitExit(PATIENCE)).isZero();
        }
    }

    @Test
    void requestInFlight_stillHasItsSession_itsDatabaseAndTheSockets() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of());
                RawClient client = RawClient.connect(service.http("/"))) {
            client.send(post("/api/session", "", 14) + "{\"name\":\"ann\"}");
            Matcher cookie = COOKIE.matcher(client.answer());
            assertThat(cookie.find()).isTrue();
            SocketIoClient watcher = SocketIoClient.join(service.http("/"));
            client.send(post("/api/offers", "Cookie: " + cookie.group(1) + "\r\n", 28) + "{\"item\":");
            service.awaitInFlight(1);
            service.process().signal("TERM");
            service.process().awaitLine("Stopping: SIGTERM", PATIENCE);
            URI port = service.http("/");
            await().until(() -> isRefused(port));
            client.send("\"a sword\",\"price\":7}");

            assertThat(client.answer()).contains("201 Created", "Connection: close", "\"seller\":\"ann\"");
            assertThat(service.process().awaitExit(PATIENCE)).isZero();
            assertThat(watcher.awaitClosed()).isEqualTo(1012);
            assertThat(watcher.events("posted"))
                    .singleElement(InstanceOfAssertFactories.MAP)
                    .containsEntry("item", "a sword");
        }
    }

    private static String post(String path, String header, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n" + header
                + "Content-Length: " + length + "\r\n\r\n";
    }

    private static boolean isRefused(URI port) throws IOException {
        try (RawClient client = RawClient.connect(port)) {
            client.send("");
            return false;
        } catch (ConnectException refused) {
            return true;
        }
    }

    @Test
    void twentyTransactionsInFlight_areCommittedIfAndOnlyIfTheyAreAcknowledged() throws Exception {
        long aborted = database.abortedClients();
        List<String> acknowledged = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        try (RunningService service =
                RunningService.ready(database.environment(), Map.of("QUIESCE_DB_MAIN_POOL_SIZE", "10"))) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sent.add(UUID.randomUUID().toString());
                answers.add(service.postAsync(service.http("/drill/tx?ms=800&id=" + sent.get(i))));
            }
            service.awaitInFlight(20);

            assertThat(service.terminate()).isZero();
            for (int i = 0; i < 20; i++) {
                if (answers.get(i).get(1, TimeUnit.SECONDS).statusCode() == 200) {
                    acknowledged.add(sent.get(i));
                }
            }
        }
        assertThat(acknowledged).hasSize(20);
        assertThat(database.column("select id from main.drill_tx")).containsAll(acknowledged);
        database.awaitNoConnectionOfTheService();
        assertThat(database.abortedClients()).isEqualTo(aborted);
    }

    @Test
    void twoHundredSockets_areAllClosedWith1012() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of())) {
            List<SocketIoClient> sockets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sockets.add(SocketIoClient.join(service.client(), service.http("/"), Map.of()));
            }

            assertThat(service.terminate()).isZero();
            for (SocketIoClient socket : sockets) {
                assertThat(socket.awaitClosed()).isEqualTo(1012);
            }
            assertThat(service.log("Closed 200 sockets"))
                    .singleElement()
                    .asString()
                    .contains("200 acknowledged");
        }
    }

    @Test
    void sessions_areDestroyedAndCounted() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of())) {
            for (int i = 0; i < 3; i++) {
                assertThat(service.get(service.http("/drill/session")).body().trim())
                        .isEqualTo("1");
            }

            assertThat(service.terminate()).isZero();
            assertThat(service.log("Destroyed")).containsExactly("Destroyed 3 sessions");
        }
    }

    @Test
    void requestThatOutlivesTheTotal_isCutAndNamed_andItsTransactionIsRolledBack() throws Exception {
        String id = UUID.randomUUID().toString();
        try (RunningService service = RunningService.ready(database.environment(), patient("2s"))) {
            CompletableFuture<HttpResponse<String>> answer =
                    service.postAsync(service.http("/drill/tx?ms=60000&id=" + id));
            database.awaitTransaction();
            long begun = System.nanoTime();

            assertThat(service.terminate()).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(GRACE_PERIOD);
            assertThat(service.reportedStopTime()).isLessThan(Duration.ofMillis(2200));
            assertThat(service.lastLine())
                    .contains("Stopped with faults", "http failed while draining", "POST /drill/tx", "exit code 1");
            assertThat(answer).failsWithin(1, TimeUnit.SECONDS);
        }
        database.awaitNoConnectionOfTheService();
        // A locking read waits for the end of a transaction that has written the row.
        assertThat(database.column("select id from main.drill_tx where id = '" + id + "' for update wait 10"))
                .isEmpty();
    }

    @Test
    void poolWhoseCloseFails_isNamedInTheLastLine_andTheOthersStillClose() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), patient("4s"))) {
            service.postAsync(service.http("/drill/tx?ms=60000&id=" + UUID.randomUUID()));
            database.awaitTransaction();

            assertThat(service.terminate()).isEqualTo(1);
            assertThat(service.log("Stopped").stream().map(line -> line.replaceAll(" in \\d+ ms.*", "")))
                    .contains("Stopped http", "Stopped pool d4")
                    .containsSubsequence(
                            "Stopped sockets", "Stopped sessions", "Stopped container", "Stopped management")
                    .doesNotContain("Stopped pool main");
            assertThat(service.lastLine())
                    .contains(
                            "Stopped with faults",
                            "pool main failed while stopping",
                            "1 connection is still borrowed at stop",
                            "exit code 1")
                    .doesNotContain("pool d4");
        }
        database.awaitNoConnectionOfTheService();
    }

    @Test
    void management_answersFromTheStartToTheEnd() throws Exception {
        try (RunningService service = RunningService.ready(database.environment(), Map.of())) {
            assertThat(service.get(service.admin("/livez")).statusCode()).isEqualTo(200);
            assertThat(service.get(service.admin("/readyz")).statusCode()).isEqualTo(200);
            assertThat(service.get(service.admin("/lifecycle")).body())
                    .contains("\"stage\":\"READY\"", "\"name\":\"pool main\"", "\"stopOrder\":[\"http\"");
            assertThat(service.get(service.admin("/metrics")).body().lines())
                    .contains(
                            "quiesce_stage{stage=\"READY\"} 1",
                            "quiesce_stage{stage=\"STOPPED\"} 0",
                            "quiesce_requests_in_flight 0",
                            "quiesce_pool_d4_idle 10",
                            "quiesce_admission_waiting 0")
                    .allMatch(line -> line.matches("quiesce_[a-z0-9_]+(\\{stage=\"[A-Z]+\"\\})? \\d+"));
            CompletableFuture<HttpResponse<String>> slow = service.getAsync(service.http("/drill/sleep?ms=1500"));
            service.awaitInFlight(1);
            service.process().signal("TERM");
            service.process().awaitLine("Stopping: SIGTERM", PATIENCE);

            HttpResponse<String> readiness = service.get(service.admin("/readyz"));
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body()).startsWith("not ready: ");
            assertThat(service.get(service.admin("/livez")).statusCode()).isEqualTo(200);
            assertThat(slow.get().statusCode()).isEqualTo(200);
            assertThat(service.process().awaitExit(PATIENCE)).isZero();
        }
    }

    @Test
    void whileTheServiceLingers_itIsNotReady_butAlive_andServesNewConnections() throws Exception {
        try (RunningService service = RunningService.ready(
                database.environment(),
                Map.of("QUIESCE_SHUTDOWN_LINGER", "4s", "QUIESCE_SHUTDOWN_QUIET_PERIOD", "4s"))) {
            service.process().signal("TERM");
            service.process().awaitLine("Stopping: SIGTERM", PATIENCE);

            HttpResponse<String> readiness = service.get(service.admin("/readyz"));
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(service.get(service.admin("/livez")).statusCode()).isEqualTo(200);
            try (RawClient client = RawClient.connect(service.http("/"))) {
                assertThat(client.get("/drill/sleep?ms=0")).contains("200 OK", "Connection: close");
            }
            assertThat(service.get(service.admin("/lifecycle")).body()).contains("\"stage\":\"LINGERING\"");
            assertThat(service.process().awaitExit(PATIENCE)).isZero();
        }
    }

    /** With statements that may take longer than the shutdown. */
    private static Map<String, String> patient(String shutdownTimeout) {
        return Map.of(
                "QUIESCE_SHUTDOWN_TIMEOUT", shutdownTimeout,
                "QUIESCE_ADMISSION_PATIENCE", "3m",
                "QUIESCE_DB_MAIN_STATEMENT_TIMEOUT", "2m");
    }
}
