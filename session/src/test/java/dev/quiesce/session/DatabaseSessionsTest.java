package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import jakarta.servlet.http.HttpServletRequest;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.ManagedSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two instances on one database, with requests that go to either of them. */
@Timeout(60)
@ExtendWith(TestDatabase.Provider.class)
class DatabaseSessionsTest {
    private static final int STORM = 60;

    private final TestDatabase database;
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final List<TestServer> servers = new ArrayList<>();
    private SessionConfig config = SessionConfig.defaults();

    DatabaseSessionsTest(TestDatabase database) {
        this.database = database;
    }

    private TestServer serve() throws Exception {
        return serve(new DatabaseSessions(database.dataSource(), config));
    }

    private TestServer serve(DatabaseSessions sessions) throws Exception {
        TestServer server = new TestServer(sessions)
                .on("/read", (request, response) -> response.getWriter().print(counted(request)))
                .on("/read-slowly", (request, response) -> {
                    int before = counted(request);
                    entered.countDown();
                    mayGoOn.await();
                    response.getWriter().print(before);
                })
                .on("/stream", (request, response) -> {
                    response.getWriter().print("begun ");
                    response.flushBuffer();
                    TestServer.count(request, response);
                })
                .on("/renew", (request, response) -> {
                    request.getSession().setAttribute("unsaved", true);
                    response.getWriter().print(request.changeSessionId());
                });
        server.server.start();
        servers.add(server);
        sessions.start();
        return server;
    }

    private static int counted(HttpServletRequest request) {
        return request.getSession(false) != null
                        && request.getSession(false).getAttribute("count") instanceof Integer count
                ? count
                : 0;
    }

    @AfterEach
    void stopServers() throws Exception {
        mayGoOn.countDown();
        for (TestServer server : servers) {
            server.server.stop();
        }
    }

    @Test
    void requestsOfOneSession_onEitherInstance_seeWhatEarlierOnesHaveChanged() throws Exception {
        TestServer one = serve();
        TestServer other = serve();
        HttpClient browser = TestServer.browser();

        for (int i = 1; i <= 200; i++) {
            HttpResponse<String> response = (i % 3 == 0 ? one : other).get(browser, "/");
            assertThat(response.body()).isEqualTo(Integer.toString(i));
            assertThat(response.headers().firstValue("Set-Cookie").isPresent()).isEqualTo(i == 1);
        }
        assertThat(database.rows()).isOne();
    }

    @Test
    void sessions_outliveTheInstance() throws Exception {
        DatabaseSessions sessions = new DatabaseSessions(database.dataSource(), config);
        TestServer before = serve(sessions);
        HttpClient browser = TestServer.browser();
        before.get(browser, "/");
        sessions.stop(Deadline.after(Duration.ofSeconds(10)));
        before.server.stop();

        assertThat(serve().get(browser, "/").body()).isEqualTo("2");
    }

    @Test
    void aRequestThatOnlyReads_doesNotUndoWhatAnotherInstanceHasWrittenMeanwhile() throws Exception {
        config = config.withLifetimes(Duration.ofSeconds(5), Duration.ofHours(1)); // so that times are always written
        DatabaseSessions sessions = new DatabaseSessions(database.dataSource(), config);
        TestServer one = serve(sessions);
        TestServer other = serve();
        HttpClient browser = TestServer.browser();
        one.get(browser, "/");
        await().until(() -> sessions.size() == 0);

        CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> body(one, browser, "/read-slowly"));
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(sessions.size()).isOne();
        assertThat(other.get(browser, "/").body()).isEqualTo("2");
        mayGoOn.countDown();

        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("1");
        await().until(() -> sessions.size() == 0);
        assertThat(other.get(browser, "/read").body()).isEqualTo("2");
    }

    @Test
    void whatIsChangedAfterTheResponseHasBegun_isWrittenBeforeItEnds() throws Exception {
        TestServer one = serve();
        TestServer other = serve();
        HttpClient browser = TestServer.browser();
        one.get(browser, "/");

        for (int i = 2; i < 50; i += 2) {
            assertThat(one.get(browser, "/stream").body()).isEqualTo("begun " + i);
            assertThat(other.get(browser, "/").body()).isEqualTo(Integer.toString(i + 1));
        }
    }

    @Test
    void aStormOnOneSession_leavesOneOfTheCountsThatWereAnswered() throws Exception {
        TestServer one = serve();
        TestServer other = serve();
        HttpClient browser = TestServer.browser();
        one.get(browser, "/");

        List<CompletableFuture<HttpResponse<String>>> storm = new ArrayList<>();
        Connection holder = database.holdRows();
        try (holder) {
            for (int i = 0; i < STORM; i++) {
                TestServer server = i % 2 == 0 ? one : other;
                storm.add(browser.sendAsync(server.request("/").build(), BodyHandlers.ofString()));
            }
            await().until(() -> database.waiting() == STORM - TestDatabase.POOL_SIZE);
        }
        List<String> answered = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> each : storm) {
            HttpResponse<String> response = each.get(20, TimeUnit.SECONDS);
            assertThat(response.statusCode()).isEqualTo(200);
            answered.add(response.body());
        }

        String left = other.get(browser, "/read").body();
        assertThat(answered).contains(left);
        assertThat(database.rows()).isOne();
        assertThat(one.get(browser, "/").body()).isEqualTo(Integer.toString(Integer.parseInt(left) + 1));
    }

    @Test
    void theIdIsRenewed_onAnotherInstance_andTheOldOneIsWorthNothing() throws Exception {
        TestServer one = serve();
        TestServer other = serve();
        HttpClient browser = TestServer.browser();
        String oldCookie = one.get(browser, "/")
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow()
                .split(";")[0];

        HttpResponse<String> renewed = other.get(browser, "/renew");
        assertThat(renewed.headers().firstValue("Set-Cookie").orElseThrow()).contains(renewed.body());

        assertThat(one.get(browser, "/").body()).isEqualTo("2");
        assertThat(database.column("select id from http_sessions")).containsExactly(renewed.body());
        HttpResponse<String> thief = HttpClient.newHttpClient()
                .send(one.request("/read").header("Cookie", oldCookie).build(), BodyHandlers.ofString());
        assertThat(thief.body()).isEqualTo("0");
    }

    @Test
    void aSessionThatIsEndedOnOneInstance_isEndedOnTheOther() throws Exception {
        TestServer one = serve();
        TestServer other = serve();
        HttpClient browser = TestServer.browser();
        one.get(browser, "/");

        other.get(browser, "/leave");

        assertThat(database.rows()).isZero();
        assertThat(one.get(browser, "/").body()).isEqualTo("1");
    }

    @Test
    void expiredSessions_areSwept_byInstancesThatDoItAtOnce() throws Exception {
        config = config.withSweepInterval(Duration.ofSeconds(1));
        TestServer one = serve();
        serve();
        HttpClient stays = TestServer.browser();
        one.get(stays, "/");
        for (int i = 0; i < 20; i++) {
            one.get(HttpClient.newHttpClient(), "/");
        }
        database.execute(
                "update http_sessions set expiry_time = 1 where attributes is not null order by create_time desc"
                        + " limit 20");

        await().atMost(Duration.ofSeconds(10)).until(() -> database.rows() == 1);
        assertThat(one.get(stays, "/").body()).isEqualTo("2");
    }

    @Test
    void aSession_endsWithItsAbsoluteLifetime_howeverBusyItIs() throws Exception {
        config = config.withLifetimes(Duration.ofMinutes(30), Duration.ofHours(1));
        TestServer one = serve();
        HttpClient browser = TestServer.browser();
        one.get(browser, "/");
        assertThat(database.column("select (expiry_time - create_time) div 60000 from http_sessions"))
                .containsExactly("31"); // times may be a minute behind

        database.execute("update http_sessions set create_time = create_time - 3590 * 1000");
        assertThat(one.get(browser, "/").body()).isEqualTo("2");
        assertThat(database.column("select round((expiry_time - create_time) / 1000) from http_sessions"))
                .containsExactly("3600");

        database.execute("update http_sessions set create_time = create_time - 10 * 1000");
        assertThat(one.get(browser, "/").body()).isEqualTo("1");
    }

    @Test
    void anIdleSession_expires_butNotWhileItIsUsed() throws Exception {
        config = config.withLifetimes(Duration.ofSeconds(2), Duration.ofHours(1));
        TestServer one = serve();
        HttpClient browser = TestServer.browser();
        one.get(browser, "/");

        for (int i = 0; i < 6; i++) {
            database.execute("do sleep(0.5)");
            assertThat(one.get(browser, "/read").body()).isEqualTo("1");
        }
        database.execute("do sleep(2.5)");

        assertThat(one.get(browser, "/read").body()).isEqualTo("0");
    }

    @Test
    void theTable_isMadeOnce_asItsDefinitionSays() throws Exception {
        serve();
        serve();

        assertThat(database.column("select concat(column_name, ' ', column_type, ' ', ifnull(character_set_name, '-'))"
                        + " from information_schema.columns where table_schema = database() and table_name ="
                        + " 'http_sessions' and column_name in ('id', 'virtual_host', 'attributes') order by 1"))
                .containsExactly("attributes longblob -", "id varchar(120) ascii", "virtual_host varchar(60) utf8mb4");
        assertThat(database.column("select distinct index_name from information_schema.statistics"
                        + " where table_schema = database() and table_name = 'http_sessions' order by 1"))
                .containsExactly("http_sessions_expiry", "PRIMARY");
    }

    @Test
    void aTableOfAnotherKind_isRefusedAtTheStart() throws Exception {
        database.execute("create table http_sessions (id varchar(10))");

        assertThatThrownBy(this::serve).hasMessageContaining("context_path");
    }

    @Test
    void idsThatNobodyHasGot_areNoSessions_andNoErrors() throws Exception {
        TestServer one = serve();

        for (String id : List.of("none", "x".repeat(5000), "a.b.c", "\"quoted\"", "'--", "%00")) {
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(one.request("/").header("Cookie", "JSESSIONID=" + id).build(), BodyHandlers.ofString());
            assertThat(response.statusCode()).as(id).isEqualTo(200);
            assertThat(response.body()).as(id).isEqualTo("1");
        }
    }

    @Test
    void aManagerThatIsNoHandler_isRefused() {
        DatabaseSessions sessions = new DatabaseSessions(database.dataSource(), config);

        assertThatThrownBy(() -> sessions.manage(new NoHandler()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has to be a handler");
    }

    private static String body(TestServer server, HttpClient browser, String path) {
        try {
            return server.get(browser, path).body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class NoHandler extends AbstractSessionManager {
        @Override
        public Server getServer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ManagedSession getManagedSession(Request request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Session.API newSessionAPIWrapper(ManagedSession session) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void onSessionAttributeUpdate(Session session, String name, Object oldValue, Object newValue) {}

        @Override
        public void onSessionActivation(Session session) {}

        @Override
        public void onSessionPassivation(Session session) {}
    }
}
