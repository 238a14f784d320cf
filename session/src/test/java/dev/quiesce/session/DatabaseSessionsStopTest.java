package dev.quiesce.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.Deadline;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a stop writes, what it destroys, and what it says. */
@Timeout(60)
@ExtendWith(TestDatabase.Provider.class)
class DatabaseSessionsStopTest {
    private final TestDatabase database;
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final Set<String> destroyed = ConcurrentHashMap.newKeySet();
    private CountDownLatch entered = new CountDownLatch(0);
    private TestDatabase.Outage outage;
    private DatabaseSessions sessions;
    private TestServer server;

    DatabaseSessionsStopTest(TestDatabase database) {
        this.database = database;
    }

    private void serve(SessionConfig config) throws Exception {
        outage = new TestDatabase.Outage(database.dataSource());
        sessions = new DatabaseSessions(outage, config);
        server = new TestServer(sessions)
                .on("/late", (request, response) -> {
                    TestServer.count(request, response);
                    entered.countDown();
                    mayGoOn.await();
                })
                .on("/late-and-broken", (request, response) -> {
                    List<Object> attribute = new ArrayList<>();
                    request.getSession().setAttribute("breaks", attribute);
                    attribute.add(new Object());
                    entered.countDown();
                    mayGoOn.await();
                });
        server.context.addEventListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                destroyed.add(event.getSession().getId());
            }
        });
        server.server.start();
        sessions.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        mayGoOn.countDown();
        server.server.stop();
    }

    private static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    private List<CompletableFuture<HttpResponse<String>>> running(String... paths) throws Exception {
        entered = new CountDownLatch(paths.length);
        List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
        for (String path : paths) {
            running.add(TestServer.browser().sendAsync(server.request(path).build(), BodyHandlers.ofString()));
        }
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        return running;
    }

    @Test
    void stop_keepsTheSessions_andTellsNoListener() throws Exception {
        serve(SessionConfig.defaults());
        server.get(HttpClient.newHttpClient(), "/");
        server.get(HttpClient.newHttpClient(), "/");

        sessions.stop(in(10_000));

        assertThat(database.rows()).isEqualTo(2);
        assertThat(destroyed).isEmpty();
        assertThat(sessions.destroyed()).isZero();
    }

    @Test
    void aSessionThatTheLastRequestHasMade_isWritten_thoughTheRequestHasNotEnded() throws Exception {
        serve(SessionConfig.defaults());
        running("/late");

        sessions.stop(in(10_000));

        assertThat(database.rows()).isOne();
        assertThat(database.column("select locate('count', attributes) > 0 from http_sessions"))
                .containsExactly("1");
    }

    @Test
    void oneSessionThatCannotBeWritten_doesNotStopTheOthers_andFailsTheStop() throws Exception {
        serve(SessionConfig.defaults());
        running("/late", "/late-and-broken", "/late");

        assertThatThrownBy(() -> sessions.stop(in(10_000)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("1 of 3 sessions were not saved; see the log");

        assertThat(database.rows()).isEqualTo(2);
    }

    @Test
    void aDatabaseThatIsDown_failsTheStop_withTheNumber() throws Exception {
        serve(SessionConfig.defaults());
        running("/late", "/late");
        outage.begin();

        assertThatThrownBy(() -> sessions.stop(in(10_000)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("2 of 2 sessions were not saved; see the log");
    }

    @Test
    void withNoTimeLeft_whatIsLeftIsReported_andALaterStopWritesIt() throws Exception {
        serve(SessionConfig.defaults());
        running("/late", "/late");

        assertThatThrownBy(() -> sessions.stop(in(0)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("2 of 2 sessions were not saved by the deadline");
        sessions.stop(in(10_000));

        assertThat(database.rows()).isEqualTo(2);
    }

    @Test
    void anInterruptedStop_saysWhatIsLeft() throws Exception {
        serve(SessionConfig.defaults());
        running("/late");

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> sessions.stop(in(10_000)))
                .isInstanceOf(InterruptedException.class)
                .hasMessage("1 of 1 sessions were not saved");
    }

    @Test
    void requestsAfterTheStop_areAnswered503_andWhatTheyChangeIsNotSaidToBeKept() throws Exception {
        serve(SessionConfig.defaults());
        HttpClient browser = TestServer.browser();
        server.get(browser, "/");
        CompletableFuture<HttpResponse<String>> late = running("/late").get(0);
        sessions.stop(in(10_000));

        assertThat(server.get(browser, "/").statusCode()).isEqualTo(503);
        assertThat(server.get(HttpClient.newHttpClient(), "/").statusCode()).isEqualTo(503);
        assertThatThrownBy(() -> sessions.find("JSESSIONID=x")).isInstanceOf(SessionStoreException.class);
        mayGoOn.countDown();
        assertThat(late.get(10, TimeUnit.SECONDS).body()).isEqualTo("1");
        assertThat(database.rows()).isEqualTo(2);
    }

    @Test
    void sessionsAreDestroyed_onlyWhenAsked_withTheirListenersTold() throws Exception {
        serve(SessionConfig.defaults().withDestroyAtStop(true));
        for (int i = 0; i < 5; i++) {
            server.get(HttpClient.newHttpClient(), "/");
        }
        List<String> ids = database.column("select id from http_sessions");
        database.execute("update http_sessions set attributes = 'noise' where id = '" + ids.get(0) + "'");

        sessions.stop(in(10_000));

        assertThat(database.rows()).isZero();
        assertThat(destroyed).containsExactlyInAnyOrderElementsOf(ids.subList(1, 5));
        assertThat(sessions.unreadable()).isOne();
        assertThat(sessions.destroyed()).isEqualTo(5);
    }

    @Test
    void aListenerThatThrows_keepsNoSession_andFailsTheStop() throws Exception {
        serve(SessionConfig.defaults().withDestroyAtStop(true));
        server.get(HttpClient.newHttpClient(), "/");
        server.get(HttpClient.newHttpClient(), "/");
        server.context.getSessionHandler().addEventListener(new HttpSessionListener() {
            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                throw new IllegalStateException("on purpose");
            }
        });

        assertThatThrownBy(() -> sessions.stop(in(10_000))).hasMessageContaining("2 of 2 sessions were not destroyed");

        assertThat(database.rows()).isZero();
    }

    @Test
    void aDatabaseThatIsDown_failsTheDestruction() throws Exception {
        serve(SessionConfig.defaults().withDestroyAtStop(true));
        server.get(HttpClient.newHttpClient(), "/");
        outage.begin();

        assertThatThrownBy(() -> sessions.stop(in(10_000)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no session was destroyed, since the database does not answer");
    }

    @Test
    void stopTwice_isStopOnce_andThereIsNoOtherStart() throws Exception {
        serve(SessionConfig.defaults().withDestroyAtStop(true));
        server.get(HttpClient.newHttpClient(), "/");

        sessions.stop(in(10_000));
        sessions.stop(in(10_000));

        assertThat(sessions.destroyed()).isOne();
        assertThatThrownBy(sessions::start).hasMessageContaining("has been stopped");
    }
}
