package dev.quiesce.web.board;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import com.google.inject.name.Names;
import dev.quiesce.web.testing.Databases;
import dev.quiesce.web.testing.RawClient;
import dev.quiesce.web.testing.TestServer;
import dev.quiesce.web.testing.TestServer.Browser;
import jakarta.servlet.http.HttpServlet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Databases.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoardTest {
    private final Databases databases;
    private final List<String> feed = new CopyOnWriteArrayList<>();
    private TestServer server;

    BoardTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeAll
    void start() throws Exception {
        server = serve(databases.main(), databases.d4(), feed::add);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void clear() throws SQLException {
        Databases.execute(databases.d4(), "delete from offers");
        feed.clear();
    }

    /** As strict as a service wires it. */
    private static TestServer serve(DataSource main, DataSource d4, OfferFeed feed) throws Exception {
        Injector injector = Guice.createInjector(Stage.PRODUCTION, new BoardModule(), new AbstractModule() {
            @Override
            protected void configure() {
                binder().requireExplicitBindings();
                binder().requireAtInjectOnConstructors();
                binder().requireExactBindingAnnotations();
                bind(DataSource.class).annotatedWith(Names.named("main")).toInstance(main);
                bind(DataSource.class).annotatedWith(Names.named("d4")).toInstance(d4);
                bind(OfferFeed.class).toInstance(feed);
            }
        });
        Map<String, HttpServlet> servlets = BoardModule.routes().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, route -> injector.getInstance(route.getValue())));
        return TestServer.start(servlets);
    }

    @Test
    void signedInUser_isKnownUntilSigningOut() throws Exception {
        Browser anna = server.browser();
        assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":null}");

        HttpResponse<String> signedIn = anna.postJson("/api/session", "{\"name\": \"  Anna \\u0041\\u030a \"}");
        assertThat(signedIn.statusCode()).isEqualTo(200);
        assertThat(signedIn.body()).isEqualTo("{\"name\":\"Anna \u00c5\"}");
        assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":\"Anna \u00c5\"}");
        assertThat(server.browser().get("/api/session").body()).isEqualTo("{\"name\":null}");

        assertThat(anna.delete("/api/session").body()).isEqualTo("{\"name\":null}");
        assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":null}");
        assertThat(anna.delete("/api/session").statusCode()).isEqualTo(200);
    }

    @Test
    void whoOnlyLooks_getsNoSession() throws Exception {
        Browser guest = server.browser();
        assertThat(guest.get("/api/session").headers().map()).doesNotContainKey("set-cookie");
        assertThat(guest.get("/api/offers").headers().map()).doesNotContainKey("set-cookie");
        assertThat(guest.get("/").headers().map()).doesNotContainKey("set-cookie");
        assertThat(guest.delete("/api/session").headers().map()).doesNotContainKey("set-cookie");
    }

    @Test
    void signingIn_renewsTheIdOfTheSession() throws Exception {
        Browser browser = server.browser();
        String first = sessionCookie(browser.postJson("/api/session", "{\"name\":\"anna\"}"));
        String second = sessionCookie(browser.postJson("/api/session", "{\"name\":\"bert\"}"));

        assertThat(second).isNotEqualTo(first);
        assertThat(server.browser()
                        .send(server.browser().request("/api/session").header("Cookie", first))
                        .body())
                .isEqualTo("{\"name\":null}");
        assertThat(browser.get("/api/session").body()).isEqualTo("{\"name\":\"bert\"}");
    }

    @Test
    void offer_isPostedListedAndTaken_andTheFeedHearsOfIt() throws Exception {
        Browser anna = signIn("anna");
        Browser bert = signIn("bert");

        HttpResponse<String> posted = anna.postJson("/api/offers", "{\"item\":\"<b>Sword</b>\",\"price\":5}");
        assertThat(posted.statusCode()).isEqualTo(201);
        assertThat(posted.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(posted.headers().firstValue("Cache-Control")).contains("no-store");
        long id = ((Number) json(posted).get("id")).longValue();
        assertThat(json(posted))
                .containsEntry("item", "<b>Sword</b>")
                .containsEntry("price", 5)
                .containsEntry("seller", "anna")
                .containsOnlyKeys("id", "item", "price", "seller", "postedAt");
        assertThat(bert.get("/api/offers").body()).isEqualTo("{\"offers\":[" + posted.body() + "]}");

        HttpResponse<String> taken = bert.postJson("/api/offers/" + id + "/take", "{}");
        assertThat(taken.statusCode()).isEqualTo(200);
        assertThat(taken.body()).isEqualTo("{\"type\":\"taken\",\"id\":" + id + ",\"by\":\"bert\"}");
        assertThat(bert.get("/api/offers").body()).isEqualTo("{\"offers\":[]}");

        assertThat(feed).containsExactly("{\"type\":\"posted\",\"offer\":" + posted.body() + "}", taken.body());
    }

    @Test
    void takingWhatCannotBeTaken_isRefused_andTheFeedHearsNothing() throws Exception {
        Browser anna = signIn("anna");
        Browser bert = signIn("bert");
        long id = post(anna);

        assertProblem(anna.postJson("/api/offers/" + id + "/take", ""), 403, "Forbidden");
        assertThat(bert.postJson("/api/offers/" + id + "/take", "").statusCode())
                .isEqualTo(200);
        assertProblem(bert.postJson("/api/offers/" + id + "/take", ""), 409, "Conflict");
        assertProblem(bert.postJson("/api/offers/" + (id + 1) + "/take", ""), 404, "Not Found");
        assertThat(feed).hasSize(2);
    }

    @Test
    void whoHasNotSignedIn_canOnlyLook() throws Exception {
        Browser guest = server.browser();
        assertThat(guest.get("/api/offers").statusCode()).isEqualTo(200);
        assertProblem(guest.postJson("/api/offers", "{\"item\":\"Sword\",\"price\":5}"), 401, "Unauthorized");
        assertProblem(guest.postJson("/api/offers/1/take", "{}"), 401, "Unauthorized");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"anna\"",
                "{",
                "{\"name\":\"anna\"} {}",
                "{\"name\":\"anna\",\"name\":\"bert\"}",
                "{}",
                "{\"name\":null}",
                "{\"name\":7}",
                "{\"name\":\"\"}",
                "{\"name\":\"  \"}",
                "{\"name\":\"a\\u0000b\"}",
                "{\"name\":\"a\\u202eb\"}",
                "{\"name\":\"a\\nb\"}",
                "{\"name\":\"\\ud800\"}",
                "{\"name\":\"abcdefghijklmnopqrstuvwxyz1234567\"}"
            })
    void malformedSignIn_isRefused(String body) throws Exception {
        assertProblem(server.browser().postJson("/api/session", body), 400, "Bad Request");
    }

    @Test
    void bodyThatIsNotUtf8_isRefused() throws Exception {
        byte[] body = {'{', '"', 'n', 'a', 'm', 'e', '"', ':', '"', (byte) 0xff, '"', '}'};
        assertProblem(
                server.browser().send(jsonRequest("/api/session").POST(BodyPublishers.ofByteArray(body))),
                400,
                "Bad Request");
    }

    @Test
    void longestName_isCountedInCharactersThatPeopleSee() throws Exception {
        String name = "\uD83D\uDE00".repeat(32);
        assertThat(server.browser()
                        .postJson("/api/session", "{\"name\":\"" + name + "\"}")
                        .body())
                .isEqualTo("{\"name\":\"" + name + "\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"price\":5}",
                "{\"item\":\"x\"}",
                "{\"item\":\"x\",\"price\":\"5\"}",
                "{\"item\":\"x\",\"price\":1.5}",
                "{\"item\":\"x\",\"price\":0}",
                "{\"item\":\"x\",\"price\":-1}",
                "{\"item\":\"x\",\"price\":1000000001}",
                "{\"item\":\"x\",\"price\":-99999999999999999999}",
                "{\"item\":\"x\",\"price\":99999999999999999999}",
                "{\"item\":[],\"price\":5}"
            })
    void malformedOffer_isRefused(String body) throws Exception {
        assertProblem(signIn("anna").postJson("/api/offers", body), 400, "Bad Request");
        assertThat(feed).isEmpty();
    }

    @Test
    void itemThatIsTooLong_isRefused() throws Exception {
        Browser anna = signIn("anna");
        assertThat(anna.postJson("/api/offers", "{\"item\":\"" + "x".repeat(80) + "\",\"price\":5}")
                        .statusCode())
                .isEqualTo(201);
        assertProblem(
                anna.postJson("/api/offers", "{\"item\":\"" + "x".repeat(81) + "\",\"price\":5}"), 400, "Bad Request");
    }

    @Test
    void bodyThatIsTooLarge_isRefused_whetherItsLengthIsToldOrNot() throws Exception {
        byte[] body = ("{\"name\":\"" + "x".repeat(5000) + "\"}").getBytes();
        Browser browser = server.browser();
        assertProblem(
                browser.send(jsonRequest("/api/session").POST(BodyPublishers.ofByteArray(body))),
                413,
                "Content Too Large");
        assertProblem(
                browser.send(jsonRequest("/api/session")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))),
                413,
                "Content Too Large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonp",
                "application/json; charset=utf-16",
                ""
            })
    void requestThatAFormOfAnotherSiteCouldSend_isRefused(String type) throws Exception {
        Browser anna = signIn("anna");
        long id = post(signIn("bert"));
        for (String path : List.of("/api/session", "/api/offers", "/api/offers/" + id + "/take")) {
            var request =
                    anna.request(path).POST(BodyPublishers.ofString("{\"name\":\"x\",\"item\":\"x\",\"price\":1}"));
            assertProblem(
                    anna.send(type.isEmpty() ? request : request.header("Content-Type", type)),
                    415,
                    "Unsupported Media Type");
        }
        assertThat(feed).hasSize(1);
    }

    @Test
    void refusedRequestWhoseBodyComesLate_leavesItsConnectionUsable() throws Exception {
        try (RawClient client = RawClient.connect(server.uri("/"))) {
            for (int i = 0; i < 100; i++) {
                client.send("POST /api/session HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n"
                        + "Content-Length: 4\r\n\r\n");
                client.send("body");
                assertThat(client.answer()).startsWith("HTTP/1.1 415").doesNotContain("Connection: close");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /api/session, 'GET, HEAD, POST, DELETE'",
        "DELETE, /api/offers, 'GET, HEAD, POST'",
        "GET, /api/offers/1/take, POST",
        "POST, /, 'GET, HEAD'",
        "DELETE, /app.js, 'GET, HEAD'"
    })
    void otherMethods_areRefusedWithThoseThatAreAllowed(String method, String path, String allowed) throws Exception {
        Browser browser = server.browser();
        HttpResponse<String> response = browser.send(browser.request(path).method(method, BodyPublishers.noBody()));
        assertProblem(response, 405, "Method Not Allowed");
        assertThat(response.headers().firstValue("Allow")).contains(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nope",
                "/index.html",
                "/api",
                "/api/nope",
                "/api/offers/",
                "/api/offers/x/take",
                "/api/offers/1",
                "/api/offers/1/take/",
                "/api/offers/1234567890123456789/take",
                "/board/page/app.js",
                "/db/main/V1__users.sql"
            })
    void otherPaths_areNotFound(String path) throws Exception {
        assertProblem(server.browser().get(path), 404, "Not Found");
    }

    @Test
    void feedThatFails_doesNotSpoilWhatIsDone() throws Exception {
        try (TestServer failing = serve(databases.main(), databases.d4(), json -> {
            throw new IllegalStateException("no socket today");
        })) {
            Browser anna = failing.browser();
            anna.postJson("/api/session", "{\"name\":\"anna\"}");
            assertThat(anna.postJson("/api/offers", "{\"item\":\"Sword\",\"price\":5}")
                            .statusCode())
                    .isEqualTo(201);
        }
        assertThat(Databases.number(databases.d4(), "select count(*) from offers"))
                .isEqualTo(1);
    }

    @Test
    void databaseThatCannotBeReached_isAnsweredWith503() throws Exception {
        DataSource exhausted = new FailingDataSource(new SQLTransientConnectionException("no connection after 3 s"));
        try (TestServer failing = serve(exhausted, exhausted, feed::add)) {
            HttpResponse<String> response = failing.browser().get("/api/offers");
            assertProblem(response, 503, "Service Unavailable");
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
            assertThat(response.body()).doesNotContain("3 s");

            Browser anna = failing.browser();
            assertProblem(anna.postJson("/api/session", "{\"name\":\"anna\"}"), 503, "Service Unavailable");
            assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":null}");
        }
    }

    @Test
    void statementThatFails_isAnsweredWith500_andItsTextStaysInTheLog() throws Exception {
        DataSource broken = new FailingDataSource(new SQLException("table secrets is gone", "42S02"));
        try (TestServer failing = serve(broken, broken, feed::add)) {
            HttpResponse<String> response = failing.browser().get("/api/offers");
            assertProblem(response, 500, "Internal Server Error");
            assertThat(response.body()).doesNotContain("secrets");
        }
    }

    private Browser signIn(String name) throws IOException, InterruptedException {
        Browser browser = server.browser();
        assertThat(browser.postJson("/api/session", "{\"name\":\"" + name + "\"}")
                        .statusCode())
                .isEqualTo(200);
        return browser;
    }

    private static long post(Browser browser) throws IOException, InterruptedException {
        return ((Number) json(browser.postJson("/api/offers", "{\"item\":\"Sword\",\"price\":5}"))
                        .get("id"))
                .longValue();
    }

    private HttpRequest.Builder jsonRequest(String path) {
        return server.browser().request(path).header("Content-Type", "application/json");
    }

    private static Map<String, Object> json(HttpResponse<String> response) throws IOException {
        return JSON.std.mapFrom(response.body());
    }

    private static String sessionCookie(HttpResponse<String> response) {
        return response.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    private static void assertProblem(HttpResponse<String> response, int status, String title) throws IOException {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(response))
                .containsOnlyKeys("status", "title", "detail")
                .containsEntry("status", status)
                .containsEntry("title", title);
    }
}
