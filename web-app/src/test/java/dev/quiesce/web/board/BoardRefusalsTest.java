package dev.quiesce.web.board;

import static dev.quiesce.web.board.TestBoard.assertProblem;
import static dev.quiesce.web.board.TestBoard.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.testing.Databases;
import dev.quiesce.web.testing.RawClient;
import dev.quiesce.web.testing.TestServer.Browser;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that the board refuses for their form, and how. */
@ExtendWith(Databases.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoardRefusalsTest {
    private final Databases databases;
    private final List<String> feed = new CopyOnWriteArrayList<>();
    private TestBoard board;

    BoardRefusalsTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeAll
    void start() throws Exception {
        board = TestBoard.serve(databases.main(), databases.d4(), (event, change) -> {
            feed.add(event);
            return CompletableFuture.completedFuture(null);
        });
    }

    @AfterAll
    void stop() {
        board.close();
    }

    @BeforeEach
    void clear() throws SQLException {
        Databases.execute(databases.d4(), "delete from offers");
        feed.clear();
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
        assertProblem(board.browser().postJson("/api/session", body), 400, "Bad Request");
    }

    @Test
    void bodyThatIsNotUtf8_isRefused() throws Exception {
        byte[] body = {'{', '"', 'n', 'a', 'm', 'e', '"', ':', '"', (byte) 0xff, '"', '}'};
        assertProblem(
                board.browser().send(jsonRequest("/api/session").POST(BodyPublishers.ofByteArray(body))),
                400,
                "Bad Request");
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
        assertProblem(board.signIn("anna").postJson("/api/offers", body), 400, "Bad Request");
        assertThat(feed).isEmpty();
    }

    @Test
    void itemThatIsTooLong_isRefused() throws Exception {
        Browser anna = board.signIn("anna");
        assertThat(anna.postJson("/api/offers", "{\"item\":\"" + "x".repeat(80) + "\",\"price\":5}")
                        .statusCode())
                .isEqualTo(201);
        assertProblem(
                anna.postJson("/api/offers", "{\"item\":\"" + "x".repeat(81) + "\",\"price\":5}"), 400, "Bad Request");
    }

    @Test
    void bodyThatIsTooLarge_isRefused_whetherItsLengthIsToldOrNot() throws Exception {
        byte[] body = ("{\"name\":\"" + "x".repeat(5000) + "\"}").getBytes();
        Browser browser = board.browser();
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
        Browser anna = board.signIn("anna");
        long id = post(board.signIn("bert"));
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
        try (RawClient client = RawClient.connect(board.uri("/"))) {
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
        Browser browser = board.browser();
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
        assertProblem(board.browser().get(path), 404, "Not Found");
    }

    private HttpRequest.Builder jsonRequest(String path) {
        return board.browser().request(path).header("Content-Type", "application/json");
    }
}
