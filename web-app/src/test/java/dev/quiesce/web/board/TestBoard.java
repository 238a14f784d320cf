package dev.quiesce.web.board;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import com.google.inject.name.Names;
import dev.quiesce.web.testing.TestServer;
import dev.quiesce.web.testing.TestServer.Browser;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** The board on a server of its own, wired as strictly as the service does it, and what its tests do with it. */
final class TestBoard implements AutoCloseable {
    private final TestServer server;

    private TestBoard(TestServer server) {
        this.server = server;
    }

    static TestBoard serve(DataSource main, DataSource d4, OfferFeed feed) throws Exception {
        Injector injector = Guice.createInjector(Stage.PRODUCTION, new BoardModule(), new AbstractModule() {
            @Override
            protected void configure() {
                binder().requireExplicitBindings();
                binder().requireAtInjectOnConstructors();
                binder().requireExactBindingAnnotations();
                bind(DataSource.class).annotatedWith(Names.named("main")).toInstance(main);
                bind(DataSource.class).annotatedWith(Names.named("d4")).toInstance(d4);
                bind(OfferFeed.class).toInstance(feed);
                bind(SessionLookup.class).toInstance((cookies, attribute) -> Optional.empty());
            }
        });
        Map<String, HttpServlet> servlets = BoardModule.routes().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, route -> injector.getInstance(route.getValue())));
        return new TestBoard(TestServer.start(servlets));
    }

    URI uri(String path) {
        return server.uri(path);
    }

    /** Returns a browser that has not signed in. */
    Browser browser() {
        return server.browser();
    }

    Browser signIn(String name) throws IOException, InterruptedException {
        Browser browser = browser();
        assertThat(browser.postJson("/api/session", "{\"name\":\"" + name + "\"}")
                        .statusCode())
                .isEqualTo(200);
        return browser;
    }

    /** Posts an offer and returns its id. */
    static long post(Browser browser) throws IOException, InterruptedException {
        return ((Number) json(browser.postJson("/api/offers", "{\"item\":\"Sword\",\"price\":5}"))
                        .get("id"))
                .longValue();
    }

    static Map<String, Object> json(HttpResponse<String> response) throws IOException {
        return JSON.std.mapFrom(response.body());
    }

    static void assertProblem(HttpResponse<String> response, int status, String title) throws IOException {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(response))
                .containsOnlyKeys("status", "title", "detail")
                .containsEntry("status", status)
                .containsEntry("title", title);
    }

    @Override
    public void close() {
        server.close();
    }
}
