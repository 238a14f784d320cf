package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** What becomes of requests whose sessions cannot be read or written. */
@Timeout(60)
@ExtendWith(TestDatabase.Provider.class)
class DatabaseSessionsFailureTest {
    private static final int LIMIT = 10_000;

    private final TestDatabase database;
    private final TestDatabase.Outage outage;
    private final DatabaseSessions sessions;
    private final TestServer server;
    private final HttpClient browser = TestServer.browser();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    /** An attribute that the program can make unwritable, or larger, when the session has it already. */
    private static final class Treacherous implements Serializable {
        private static final long serialVersionUID = 1;

        private transient boolean fails;
        private byte[] content = new byte[0];

        private void writeObject(ObjectOutputStream out) throws IOException {
            if (fails) {
                throw new NotSerializableException("on purpose");
            }
            out.defaultWriteObject();
        }
    }

    DatabaseSessionsFailureTest(TestDatabase database) {
        this.database = database;
        outage = new TestDatabase.Outage(database.dataSource());
        sessions = new DatabaseSessions(outage, SessionConfig.defaults().withMaxBytes(LIMIT));
        server = new TestServer(sessions)
                .on("/down-before-the-response", (request, response) -> {
                    TestServer.count(request, response);
                    outage.begin();
                })
                .on("/down-after-the-begin", (request, response) -> {
                    response.getWriter().print("begun");
                    response.flushBuffer();
                    TestServer.count(request, response);
                    outage.begin();
                })
                .on("/down-at-the-end-of-the-session", (request, response) -> {
                    HttpServletRequest before = request;
                    before.getSession(false).getAttribute("count");
                    outage.begin();
                    before.getSession(false).invalidate();
                })
                .on("/down-at-the-renewal", (request, response) -> {
                    request.getSession(false).getAttribute("count");
                    outage.begin();
                    request.changeSessionId();
                })
                .on("/put", (request, response) -> {
                    int size = Integer.parseInt(request.getParameter("size"));
                    try {
                        request.getSession().setAttribute("bytes", new byte[size]);
                    } catch (IllegalArgumentException e) {
                        response.getWriter().print(e.getMessage());
                    }
                })
                .on("/put-object", (request, response) -> {
                    try {
                        request.getSession().setAttribute("object", new Object());
                    } catch (IllegalArgumentException e) {
                        response.getWriter().print(e.getMessage());
                    }
                })
                .on("/grow", (request, response) -> {
                    Treacherous attribute = new Treacherous();
                    request.getSession().setAttribute("grows", attribute);
                    attribute.content = new byte[LIMIT];
                    response.getWriter().print("not to be seen");
                })
                .on("/spoil", (request, response) -> {
                    Treacherous attribute = new Treacherous();
                    request.getSession().setAttribute("spoilt", attribute);
                    attribute.fails = true;
                    response.getWriter().print("not to be seen");
                });
    }

    @BeforeEach
    void serve() throws Exception {
        server.server.start();
        sessions.start();
        log.start();
        ((Logger) LoggerFactory.getLogger(DatabaseSessions.class)).addAppender(log);
    }

    @AfterEach
    void stopServer() throws Exception {
        ((Logger) LoggerFactory.getLogger(DatabaseSessions.class)).detachAppender(log);
        server.server.stop();
    }

    private List<String> logged() {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void whileTheDatabaseIsDown_requestsAreAnswered503_andNobodyIsSignedOut() throws Exception {
        server.get(browser, "/");
        outage.begin();

        HttpResponse<String> refused = server.get(browser, "/");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(refused.body()).doesNotContain("down on purpose");

        outage.end();
        assertThat(server.get(browser, "/").body()).isEqualTo("2");
        await().until(() -> sessions.size() == 0);
    }

    @Test
    void aSessionThatCannotBeWritten_turnsTheResponseInto503_andIsAsItWas() throws Exception {
        server.get(browser, "/");

        HttpResponse<String> refused = server.get(browser, "/down-before-the-response");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).isEmpty();
        assertThat(refused.headers().firstValue("Retry-After")).get().asString().matches("[1-6]");
        outage.end();

        assertThat(server.get(browser, "/").body()).isEqualTo("2");
        assertThat(sessions.unsaved()).isOne();
        assertThat(logged())
                .filteredOn(line -> line.startsWith("What a request has changed"))
                .hasSize(1);
    }

    @Test
    void aNewSessionThatCannotBeWritten_setsNoCookie() throws Exception {
        HttpResponse<String> refused = server.get(browser, "/down-before-the-response");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
        outage.end();
        assertThat(server.get(browser, "/").body()).isEqualTo("1");
        assertThat(database.rows()).isOne();
    }

    @Test
    void aResponseThatHasBegun_isCut_whenTheSessionCannotBeWritten() throws Exception {
        server.get(browser, "/");

        assertThatThrownBy(() -> server.get(browser, "/down-after-the-begin")).isInstanceOf(IOException.class);
        outage.end();

        assertThat(server.get(browser, "/").body()).isEqualTo("2");
        await().until(() -> sessions.size() == 0);
    }

    @Test
    void aSessionThatCannotBeEnded_isNotSaidToBe() throws Exception {
        server.get(browser, "/");

        assertThat(server.get(browser, "/down-at-the-end-of-the-session").statusCode())
                .isEqualTo(503);
        outage.end();

        assertThat(server.get(browser, "/").body()).isEqualTo("2");
    }

    @Test
    void anIdThatCannotBeRenewed_staysValid() throws Exception {
        server.get(browser, "/");

        HttpResponse<String> refused = server.get(browser, "/down-at-the-renewal");
        assertThat(refused.statusCode()).isEqualTo(503);
        outage.end();

        assertThat(server.get(browser, "/").body()).isEqualTo("2");
    }

    @Test
    void anAttributeThatMakesTheSessionTooLarge_isRefusedWhereItIsSet() throws Exception {
        assertThat(server.get(browser, "/put?size=9000").body()).isEmpty();
        server.get(browser, "/");

        assertThat(server.get(browser, "/put?size=10000").body())
                .matches(
                        "with the attribute 'bytes' the session takes 10\\d\\d\\d bytes, and at most 10000 are allowed:"
                                + " keep less in it, or raise the limit");
        assertThat(server.get(browser, "/put?size=9500").body()).isEmpty();
        assertThat(server.get(browser, "/").body()).isEqualTo("2");
    }

    @Test
    void sessionsOfMoreThan64KiB_areKept() throws Exception {
        DatabaseSessions large = new DatabaseSessions(database.dataSource(), SessionConfig.defaults());
        TestServer other = new TestServer(large)
                .on("/put", (request, response) -> request.getSession().setAttribute("bytes", new byte[900_000]))
                .on(
                        "/size",
                        (request, response) -> response.getWriter()
                                .print(((byte[]) request.getSession().getAttribute("bytes")).length));
        other.server.start();
        try {
            other.get(browser, "/put");
            assertThat(other.get(browser, "/size").body()).isEqualTo("900000");
        } finally {
            other.server.stop();
        }
    }

    @Test
    void anAttributeThatIsNotSerializable_isRefusedWhereItIsSet() throws Exception {
        assertThat(server.get(browser, "/put-object").body())
                .isEqualTo("the attribute 'object' cannot be kept in a session of the database:"
                        + " java.io.NotSerializableException: java.lang.Object");
        assertThat(server.get(browser, "/").body()).isEqualTo("1");
    }

    @Test
    void anAttributeThatGrowsByItself_isFoundWhenItIsWritten_andAnswered500() throws Exception {
        server.get(browser, "/");

        HttpResponse<String> refused = server.get(browser, "/grow");

        assertThat(refused.statusCode()).isEqualTo(500);
        assertThat(refused.body()).isEmpty();
        assertThat(logged())
                .singleElement()
                .asString()
                .startsWith("What a request has changed is not kept: a session takes 10")
                .contains("at most 10000 are allowed", "[", "grows", "count");
        assertThat(server.get(browser, "/").body()).isEqualTo("2");
    }

    @Test
    void anAttributeThatCannotBeWrittenAnyMore_isAnswered500() throws Exception {
        server.get(browser, "/");

        assertThat(server.get(browser, "/spoil").statusCode()).isEqualTo(500);

        assertThat(logged()).singleElement().asString().contains("NotSerializableException: on purpose");
        assertThat(server.get(browser, "/").body()).isEqualTo("2");
    }

    @Test
    void sessionsThatCannotBeRead_areDropped_withOneLineEach() throws Exception {
        Map<String, String> spoiling = Map.of(
                "a class that is gone",
                "replace(attributes, 'java.lang.Integer', 'java.lang.Intxger')",
                "cut",
                "left(attributes, 20)",
                "empty",
                "''",
                "noise",
                "repeat('x', 1000)");
        int dropped = 0;
        for (Map.Entry<String, String> each : spoiling.entrySet()) {
            HttpClient user = TestServer.browser();
            server.get(user, "/");
            String id = database.column("select id from http_sessions").get(0);
            database.execute("update http_sessions set attributes = " + each.getValue());

            HttpResponse<String> response = server.get(user, "/");

            assertThat(response.statusCode()).as(each.getKey()).isEqualTo(200);
            assertThat(response.body()).as(each.getKey()).isEqualTo("1");
            assertThat(sessions.unreadable()).isEqualTo(++dropped);
            assertThat(logged()).hasSize(dropped).noneMatch(line -> line.contains(id));
            assertThat(database.column("select id from http_sessions"))
                    .doesNotContain(id)
                    .hasSize(1);
            database.execute("delete from http_sessions");
        }
        assertThat(logged())
                .anyMatch(line ->
                        line.matches("Dropped a session that cannot be read, the \\d\\. since the start: .*Intxger.*"));
    }

    @Test
    void aLookup_saysThatTheStoreDoesNotAnswer_inPlaceOfThatThereIsNoSession() throws Exception {
        String cookie = server.get(browser, "/")
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow()
                .split(";")[0];
        assertThat(sessions.find(cookie).orElseThrow().attribute("count")).contains(1);
        assertThat(sessions.find("JSESSIONID=none")).isEmpty();
        assertThat(sessions.find("JSESSIONID=none; " + cookie)).isPresent();

        outage.begin();
        assertThatThrownBy(() -> sessions.find(cookie))
                .isInstanceOf(SessionStoreException.class)
                .hasMessage("the store of the sessions does not answer");
        outage.end();

        database.execute("update http_sessions set expiry_time = 1");
        assertThat(sessions.find(cookie)).isEmpty();
    }
}
