package dev.quiesce.web.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.Databases;
import dev.quiesce.web.testing.SocketIoClient;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat of an offer, as clients of the sockets see it. */
@ExtendWith(Databases.Provider.class)
class ChatTest {
    private final Databases databases;
    private final OfferStore offers;
    private TestSockets sockets;
    private long offer;

    ChatTest(Databases databases) {
        this.databases = databases;
        this.offers = new OfferStore(databases.d4());
    }

    @BeforeEach
    void start() throws Exception {
        Databases.execute(databases.d4(), "delete from offers");
        offer = offers.post("anna", "Sword", 5).id();
        sockets = new TestSockets(databases.d4());
    }

    @AfterEach
    void stop() {
        sockets.close();
    }

    private Map<String, Object> open(SocketIoClient client) throws Exception {
        return client.ask("open", Map.of("offer", offer));
    }

    private Map<String, Object> say(SocketIoClient client, String text, String key) throws Exception {
        return client.ask("say", Map.of("offer", offer, "text", text, "key", key));
    }

    @SuppressWarnings("unchecked") // what the server writes
    private static Map<String, Object> message(Map<String, Object> answer) {
        assertThat(answer).containsEntry("ok", true).containsOnlyKeys("ok", "message");
        return (Map<String, Object>) answer.get("message");
    }

    private static void assertRefused(Map<String, Object> answer, String error, boolean retry) {
        assertThat(answer).isEqualTo(Map.of("ok", false, "error", error, "retry", retry));
    }

    private long kept() throws SQLException {
        return Databases.number(databases.d4(), "select count(*) from chat_messages");
    }

    @Test
    void whatSomebodySays_isAcknowledged_andReachesThoseWhoHaveTheChatOpen() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");
        SocketIoClient watcher = sockets.guest();
        SocketIoClient elsewhere = sockets.guest();
        assertThat(open(watcher)).isEqualTo(Map.of("ok", true, "messages", List.of()));

        Map<String, Object> message = message(say(bert, "  4 gold? \uD83D\uDE00 <b>", "bert-key-1"));

        assertThat(message)
                .containsEntry("by", "bert")
                .containsEntry("text", "4 gold? \uD83D\uDE00 <b>")
                .containsEntry("key", "bert-key-1")
                .containsEntry("offer", (int) offer)
                .containsOnlyKeys("id", "offer", "by", "text", "key", "at");
        await().untilAsserted(() -> assertThat(watcher.events("said")).containsExactly(message));
        sockets.namespace().emit("posted", 1);
        await().until(() -> !elsewhere.events("posted").isEmpty());
        assertThat(elsewhere.events("said")).isEmpty();
    }

    @Test
    void whoOpensTheChat_getsWhatWasSaidBefore_oldestFirst() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");
        Map<String, Object> first = message(say(bert, "one", "bert-key-1"));
        Map<String, Object> second = message(say(sockets.signIn("cleo"), "two", "bert-key-1"));

        assertThat(open(sockets.guest())).isEqualTo(Map.of("ok", true, "messages", List.of(first, second)));
    }

    @Test
    void messageThatIsSentAgain_isKeptOnce_andTheOthersAreToldAgain() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");
        open(bert);
        Map<String, Object> first = message(say(bert, "one", "bert-key-1"));

        Map<String, Object> again = message(say(bert, "one", "bert-key-1"));

        assertThat(again).isEqualTo(first);
        assertThat(kept()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(bert.events("said")).containsExactly(first, first));
    }

    @Test
    void whoHasNotSignedIn_orHasSignedOutSince_onlyReads() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");
        say(bert, "one", "bert-key-1");
        sockets.signedIn.clear();

        assertRefused(say(bert, "two", "bert-key-2"), "Sign in first.", false);
        assertRefused(say(sockets.guest(), "three", "bert-key-3"), "Sign in first.", false);
        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void whoHasClosedTheChat_hearsNothingMore() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");
        open(bert);
        say(bert, "one", "bert-key-1");
        await().until(() -> bert.events("said").size() == 1);

        assertThat(bert.ask("close", Map.of("offer", offer))).isEqualTo(Map.of("ok", true));
        say(bert, "two", "bert-key-2");
        sockets.namespace().emit("posted", 1);

        await().until(() -> !bert.events("posted").isEmpty());
        assertThat(bert.events("said")).hasSize(1);
    }

    @Test
    void chatOfAnOfferThatDoesNotExist_isRefused() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");

        assertRefused(bert.ask("open", Map.of("offer", offer + 1)), "There is nothing here.", false);
        assertRefused(
                bert.ask("say", Map.of("offer", offer + 1, "text", "one", "key", "bert-key-1")),
                "There is nothing here.",
                false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"offer\":\"x\",\"text\":\"a\",\"key\":\"bert-key-1\"}` | `\"offer\" is missing or no whole number.`",
                "`{\"offer\":0,\"text\":\"a\",\"key\":\"bert-key-1\"}` | `\"offer\" must be from 1 to 9223372036854775807.`",
                "`{\"offer\":1,\"text\":\" \",\"key\":\"bert-key-1\"}` | `\"text\" must have 1 to 500 characters.`",
                "`{\"offer\":1,\"text\":\"a\\nb\",\"key\":\"bert-key-1\"}` | `\"text\" has a character that cannot be shown.`",
                "`{\"offer\":1,\"text\":\"a\",\"key\":\"short\"}` | `\"key\" must have 8 to 64 letters, digits, - and _.`",
                "`[1]` | `Send one object.`",
                "`null` | `Send one object.`"
            })
    void whatIsNoMessage_isRefused(String json, String error) throws Exception {
        SocketIoClient bert = sockets.signIn("bert");

        assertRefused(bert.askJson("say", json), error, false);
        assertThat(kept()).isZero();
    }

    @Test
    void longestMessage_isCountedInCharactersThatPeopleSee() throws Exception {
        SocketIoClient bert = sockets.signIn("bert");

        assertThat(message(say(bert, "\uD83D\uDE00".repeat(500), "bert-key-1")))
                .containsEntry("text", "\uD83D\uDE00".repeat(500));
        assertRefused(say(bert, "x".repeat(501), "bert-key-2"), "\"text\" must have 1 to 500 characters.", false);
    }

    @Test
    void numberOfOpenChats_isBounded() throws Exception {
        SocketIoClient guest = sockets.guest();
        for (int i = 0; i < 20; i++) {
            guest.ask("open", Map.of("offer", offers.post("anna", "Sword", 5).id()));
        }

        assertRefused(open(guest), "Close the chat of another offer first: 20 are open.", false);
    }

    @Test
    void whileTheDatabaseDoesNotAnswer_clientsAreAskedToTryAgain() throws Exception {
        try (TestSockets failing = new TestSockets(
                new FailingDataSource(new SQLTransientConnectionException("no connection after 3 s")))) {
            SocketIoClient bert = failing.signIn("bert");

            assertRefused(say(bert, "one", "bert-key-1"), "The server is busy. Try again.", true);
            assertRefused(open(bert), "The server is busy. Try again.", true);
        }
    }
}
