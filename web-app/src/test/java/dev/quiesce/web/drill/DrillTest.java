package dev.quiesce.web.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import com.google.inject.name.Names;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.web.http.LongRequests;
import dev.quiesce.web.testing.Databases;
import dev.quiesce.web.testing.TestServer;
import dev.quiesce.web.testing.TestServer.Browser;
import jakarta.servlet.http.HttpServlet;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Databases.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DrillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Databases databases;
    private DrillStreams streams;
    private TestServer server;

    DrillTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeAll
    void start() throws Exception {
        Injector injector = Guice.createInjector(Stage.PRODUCTION, new DrillModule(), new AbstractModule() {
            @Override
            protected void configure() {
                binder().requireExplicitBindings();
                binder().requireAtInjectOnConstructors();
                bind(LongRequests.class).toInstance(new LongRequests());
                bind(DataSource.class).annotatedWith(Names.named("main")).toInstance(databases.main());
            }
        });
        Map<String, HttpServlet> servlets = DrillModule.routes().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, route -> injector.getInstance(route.getValue())));
        streams = injector.getInstance(DrillStreams.class);
        server = TestServer.start(servlets);
    }

    @AfterAll
    void stop() {
        streams.stop(Deadline.after(PATIENCE));
        server.close();
    }

    @Test
    void sleep_holdsTheRequestForItsTime() throws Exception {
        long start = System.nanoTime();
        HttpResponse<String> response = server.browser().get("/drill/sleep?ms=200");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("held for 200 ms\n");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?ms=",
                "?ms=NaN",
                "?ms=-1",
                "?ms=600001",
                "?ms=1e3",
                "?ms=99999999999",
                "?ms=1&ms=1",
                "?MS=1"
            })
    void badTime_isRefused(String query) throws Exception {
        UUID id = UUID.randomUUID();
        String more = query.isEmpty() ? "?" : query + "&";
        assertRefused(server.browser().get("/drill/sleep" + query), 400, "parameter ms must be ");
        assertRefused(server.browser().get("/drill/stream" + more + "n=1"), 400, "parameter ms must be ");
        assertRefused(post("/drill/tx" + more + "id=" + id), 400, "parameter ms must be ");
        assertThat(rows(id)).isZero();
    }

    @Test
    void transaction_isCommittedWhenItIsAcknowledged() throws Exception {
        UUID id = UUID.randomUUID();
        HttpResponse<String> response = post("/drill/tx?id=" + id + "&ms=50");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("committed " + id + "\n");
        assertThat(rows(id)).isOne();
    }

    @Test
    void transactionOfAnIdThatIsThere_isRefused() throws Exception {
        UUID id = UUID.randomUUID();
        assertThat(post("/drill/tx?ms=0&id=" + id).statusCode()).isEqualTo(200);
        assertRefused(post("/drill/tx?ms=0&id=" + id), 409, "there is a transaction " + id);
        assertRefused(post("/drill/tx?ms=0&id=" + id.toString().toUpperCase()), 409, "there is a transaction ");
        assertThat(rows(id)).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "1-1-1-1-1",
                "123e4567-e89b-12d3-a456-42661417400g",
                "123e4567-e89b-12d3-a456-4266141740000"
            })
    void transactionOfWhatIsNoUuid_isRefused(String id) throws Exception {
        assertRefused(post("/drill/tx?ms=0&id=" + id), 400, "parameter id must be a UUID");
    }

    @Test
    void transactionWhoseConnectionIsKilled_isNotAcknowledged_andNotCommitted() throws Exception {
        assertNotAcknowledgedWhen("kill connection ");
    }

    @Test
    void transactionWhoseQueryIsKilled_isNotAcknowledged_andNotCommitted() throws Exception {
        assertNotAcknowledgedWhen("kill query ");
    }

    private void assertNotAcknowledgedWhen(String kill) throws Exception {
        UUID id = UUID.randomUUID();
        Browser browser = server.browser();
        CompletableFuture<HttpResponse<String>> response = browser.client()
                .sendAsync(
                        browser.request("/drill/tx?ms=15000&id=" + id)
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
        String sleeping = "select coalesce(max(id), 0) from information_schema.processlist"
                + " where info like 'select sleep(%' and state = 'User sleep'";
        long victim = await().atMost(PATIENCE)
                .until(() -> Databases.number(databases.main(), sleeping), connection -> connection > 0);
        Databases.execute(databases.main(), kill + victim);

        assertRefused(response.get(10, TimeUnit.SECONDS), 500, "the transaction failed");
        assertThat(rows(id)).isZero();
    }

    @Test
    void counter_countsTheRequestsOfASession() throws Exception {
        Browser one = server.browser();
        Browser other = server.browser();
        assertThat(one.get("/drill/session").body()).isEqualTo("1\n");
        assertThat(one.get("/drill/session").body()).isEqualTo("2\n");
        assertThat(other.get("/drill/session").body()).isEqualTo("1\n");
        assertThat(one.get("/drill/session").body()).isEqualTo("3\n");
    }

    @Test
    void counter_losesNoRequestOfManyAtOnce() throws Exception {
        Browser browser = server.browser();
        browser.get("/drill/session");
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            responses.add(
                    browser.client().sendAsync(browser.request("/drill/session").build(), BodyHandlers.ofString()));
        }
        assertThat(responses.stream().map(response -> response.join().body().strip()))
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(2, 101)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /drill/sleep?ms=0, GET",
        "GET, /drill/tx?ms=0, POST",
        "POST, /drill/session, GET",
        "POST, /drill/stream?n=1&ms=1, GET"
    })
    void otherMethods_areRefused(String method, String path, String allowed) throws Exception {
        Browser browser = server.browser();
        HttpResponse<String> response = browser.send(browser.request(path).method(method, BodyPublishers.noBody()));
        assertRefused(response, 405, "use " + allowed);
        assertThat(response.headers().firstValue("Allow")).contains(allowed);
    }

    private HttpResponse<String> post(String path) throws Exception {
        Browser browser = server.browser();
        return browser.send(browser.request(path).POST(BodyPublishers.noBody()));
    }

    private long rows(UUID id) throws SQLException {
        return Databases.number(databases.main(), "select count(*) from drill_tx where id = '" + id + "'");
    }

    private static void assertRefused(HttpResponse<String> response, int status, String text) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(response.body()).startsWith(text);
    }
}
