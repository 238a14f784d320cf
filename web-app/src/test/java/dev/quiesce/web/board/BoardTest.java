package dev.quiesce.web.board;

import static dev.quiesce.web.board.TestBoard.assertProblem;
import static dev.quiesce.web.board.TestBoard.json;
import static dev.quiesce.web.board.TestBoard.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.testing.Databases;
import dev.quiesce.web.testing.TestServer.Browser;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions and offers, as the browser of a user sees them, and what fails behind them. */
@ExtendWith(Databases.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoardTest {
    private final Databases databases;
    private final List<String> feed = new CopyOnWriteArrayList<>();
    private TestBoard board;

    BoardTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeAll
    void start() throws Exception {
        board = TestBoard.serve(databases.main(), databases.d4(), this::hear);
    }

    private CompletionStage<@Nullable Void> hear(String event, Object change) {
        feed.add(event + " " + Json.write(change));
        return CompletableFuture.completedFuture(null);
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

    @Test
    void signedInUser_isKnownUntilSigningOut() throws Exception {
        Browser anna = board.browser();
        assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":null}");

        HttpResponse<String> signedIn = anna.postJson("/api/session", "{\"name\": \"  Anna \\u0041\\u030a \"}");
        assertThat(signedIn.statusCode()).isEqualTo(200);
        assertThat(signedIn.body()).isEqualTo("{\"name\":\"Anna \u00c5\"}");
        assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":\"Anna \u00c5\"}");
        assertThat(board.browser().get("/api/session").body()).isEqualTo("{\"name\":null}");

        assertThat(anna.delete("/api/session").body()).isEqualTo("{\"name\":null}");
        assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":null}");
        assertThat(anna.delete("/api/session").statusCode()).isEqualTo(200);
    }

    @Test
    void whoOnlyLooks_getsNoSession() throws Exception {
        Browser guest = board.browser();
        assertThat(guest.get("/api/session").headers().map()).doesNotContainKey("set-cookie");
        assertThat(guest.get("/api/offers").headers().map()).doesNotContainKey("set-cookie");
        assertThat(guest.get("/").headers().map()).doesNotContainKey("set-cookie");
        assertThat(guest.delete("/api/session").headers().map()).doesNotContainKey("set-cookie");
    }

    @Test
    void signingIn_renewsTheIdOfTheSession() throws Exception {
        Browser browser = board.browser();
        String first = sessionCookie(browser.postJson("/api/session", "{\"name\":\"anna\"}"));
        String second = sessionCookie(browser.postJson("/api/session", "{\"name\":\"bert\"}"));

        assertThat(second).isNotEqualTo(first);
        assertThat(board.browser()
                        .send(board.browser().request("/api/session").header("Cookie", first))
                        .body())
                .isEqualTo("{\"name\":null}");
        assertThat(browser.get("/api/session").body()).isEqualTo("{\"name\":\"bert\"}");
    }

    @Test
    void offer_isPostedListedAndTaken_andTheFeedHearsOfIt() throws Exception {
        Browser anna = board.signIn("anna");
        Browser bert = board.signIn("bert");

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
        assertThat(taken.body()).isEqualTo("{\"id\":" + id + ",\"by\":\"bert\"}");
        assertThat(bert.get("/api/offers").body()).isEqualTo("{\"offers\":[]}");

        assertThat(feed).containsExactly("posted " + posted.body(), "taken " + taken.body());
        assertThat(posted.headers().map()).doesNotContainKey("x-announced");
    }

    @Test
    void takingWhatCannotBeTaken_isRefused_andTheFeedHearsNothing() throws Exception {
        Browser anna = board.signIn("anna");
        Browser bert = board.signIn("bert");
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
        Browser guest = board.browser();
        assertThat(guest.get("/api/offers").statusCode()).isEqualTo(200);
        assertProblem(guest.postJson("/api/offers", "{\"item\":\"Sword\",\"price\":5}"), 401, "Unauthorized");
        assertProblem(guest.postJson("/api/offers/1/take", "{}"), 401, "Unauthorized");
    }

    @Test
    void longestName_isCountedInCharactersThatPeopleSee() throws Exception {
        String name = "\uD83D\uDE00".repeat(32);
        assertThat(board.browser()
                        .postJson("/api/session", "{\"name\":\"" + name + "\"}")
                        .body())
                .isEqualTo("{\"name\":\"" + name + "\"}");
    }

    @Test
    void feedThatFails_orIsSlow_doesNotSpoilWhatIsDone_andTheAnswerSaysSo() throws Exception {
        OfferFeed failing = (event, change) -> {
            throw new IllegalStateException("no socket today");
        };
        OfferFeed failingLater =
                (event, change) -> CompletableFuture.failedFuture(new IllegalStateException("no socket today"));
        OfferFeed slow = (event, change) -> new CompletableFuture<>();
        assertThat(announced(failing)).isEqualTo("no");
        assertThat(announced(failingLater)).isEqualTo("no");
        assertThat(announced(slow)).isEqualTo("later");
        assertThat(Databases.number(databases.d4(), "select count(*) from offers"))
                .isEqualTo(3);
    }

    private String announced(OfferFeed to) throws Exception {
        try (TestBoard served = TestBoard.serve(databases.main(), databases.d4(), to)) {
            HttpResponse<String> posted =
                    served.signIn("anna").postJson("/api/offers", "{\"item\":\"Sword\",\"price\":5}");
            assertThat(posted.statusCode()).isEqualTo(201);
            return posted.headers().firstValue("X-Announced").orElseThrow();
        }
    }

    @Test
    void databaseThatCannotBeReached_isAnsweredWith503() throws Exception {
        DataSource exhausted = new FailingDataSource(new SQLTransientConnectionException("no connection after 3 s"));
        try (TestBoard failing = TestBoard.serve(exhausted, exhausted, this::hear)) {
            HttpResponse<String> response = failing.browser().get("/api/offers");
            assertProblem(response, 503, "Service Unavailable");
            assertThat(response.headers().firstValue("Retry-After"))
                    .get()
                    .asString()
                    .matches("[1-6]");
            assertThat(response.body()).doesNotContain("3 s");

            Browser anna = failing.browser();
            assertProblem(anna.postJson("/api/session", "{\"name\":\"anna\"}"), 503, "Service Unavailable");
            assertThat(anna.get("/api/session").body()).isEqualTo("{\"name\":null}");
        }
    }

    @Test
    void statementThatFails_isAnsweredWith500_andItsTextStaysInTheLog() throws Exception {
        DataSource broken = new FailingDataSource(new SQLException("table secrets is gone", "42S02"));
        try (TestBoard failing = TestBoard.serve(broken, broken, this::hear)) {
            HttpResponse<String> response = failing.browser().get("/api/offers");
            assertProblem(response, 500, "Internal Server Error");
            assertThat(response.body()).doesNotContain("secrets");
        }
    }

    private static String sessionCookie(HttpResponse<String> response) {
        return response.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }
}
