package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.RawClient;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.http.pathmap.UriTemplatePathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.PathMappingsHandler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How requests are called that outlast the drain: by what the service has mapped, without what clients have put there. */
@Timeout(30)
class PathTemplateTest {
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private Served server;

    @BeforeEach
    void start() throws Exception {
        PathMappingsHandler mappings = new PathMappingsHandler();
        mappings.addMapping(new UriTemplatePathSpec("/chat/{room}/log"), new Held());
        mappings.addMapping(new ServletPathSpec("/news/*"), new Held());
        ServletContextHandler shop = new ServletContextHandler("/shop");
        shop.addServlet(new HeldServlet(), "/offers/*");
        ServletContextHandler root = new ServletContextHandler("/");
        root.addServlet(new HeldServlet(), "/exact");
        root.addServlet(new HeldServlet(), "*.html");
        root.addServlet(new HeldServlet(), "/");
        ContextHandler plain = new ContextHandler(new Held(), "/plain");
        // The root first, which has a mapping for everything, but is not asked before contexts with a longer path.
        ContextHandlerCollection contexts = new ContextHandlerCollection();
        contexts.setHandlers(root, plain, new Handler.Wrapper(shop));
        server = Served.of(new Listen.Tcp("127.0.0.1", 0), new Handler.Sequence(mappings, contexts));
    }

    @AfterEach
    void stop() {
        mayEnd.countDown();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET /exact?secret=1, GET /exact",
        "GET /page/17.html, GET *.html",
        "PUT /whatever/17, PUT /*",
        "DELETE /shop/offers/17;jsessionid=4711?user=ann, DELETE /shop/offers/*",
        "GET /shop/off%65rs/%31%37, GET /shop/offers/*",
        "GET /chat/ann/log, GET /chat/{room}/log",
        "GET /news/17/comments, GET /news/*",
        "GET /plain/17, GET /*"
    })
    void requestThatOutlastsTheDrain_isNamedByItsMapping(String sent, String named) throws Exception {
        try (RawClient client = server.client()) {
            client.send(sent + " HTTP/1.1\r\nHost: test\r\n\r\n");
            await().until(() -> server.http().inFlight().orElse(0) == 1);
            server.http().quiesce();

            assertThatThrownBy(() -> server.drain(Duration.ofMillis(50)))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageMatching("1 in flight: " + Pattern.quote(named) + " \\(\\d+ ms\\)");
        }
    }

    private final class Held extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
            mayEnd.await();
            callback.succeeded();
            return true;
        }
    }

    @SuppressWarnings("serial") // never serialized
    private final class HeldServlet extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) {
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
