package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.session.DatabaseSessions;
import dev.quiesce.session.SessionConfig;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session that cannot be kept takes the place of a response of HTTP/2, too. */
@Timeout(30)
class SessionRefusalHttp2Test {

    @Test
    void aSessionThatCannotBeWritten_turnsTheResponseInto503_andTheConnectionLivesOn() throws Exception {
        DataSource down = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    throw new SQLException("down on purpose");
                });
        ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SESSIONS);
        new DatabaseSessions(down, SessionConfig.defaults()).manage(context.getSessionHandler());
        context.addServlet(new Greeting(), "/*");
        HTTP2Client client = new HTTP2Client();
        client.start();
        try (Served served = Served.of(new Listen.Tcp("127.0.0.1", 0), context)) {
            Session session = client.connect(
                            new InetSocketAddress(
                                    served.uri().getHost(), served.uri().getPort()),
                            new Session.Listener() {})
                    .get(10, TimeUnit.SECONDS);

            HeadersFrame refused = head(session, served, "/session");
            MetaData.Response answer = (MetaData.Response) refused.getMetaData();
            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHttpFields().get("Retry-After")).matches("[1-6]");
            assertThat(answer.getHttpFields().contains("Set-Cookie")).isFalse();
            assertThat(refused.isEndStream()).isTrue();

            assertThat(((MetaData.Response) head(session, served, "/none").getMetaData()).getStatus())
                    .isEqualTo(200);
        } finally {
            client.stop();
        }
    }

    private static HeadersFrame head(Session session, Served served, String path) throws Exception {
        CompletableFuture<HeadersFrame> answer = new CompletableFuture<>();
        MetaData.Request request = new MetaData.Request(
                "GET", HttpURI.from(served.uri() + path.substring(1)), HttpVersion.HTTP_2, HttpFields.EMPTY);
        session.newStream(new HeadersFrame(request, null, true), new Stream.Listener() {
            @Override
            public void onHeaders(Stream stream, HeadersFrame frame) {
                answer.complete(frame);
            }
        });
        return answer.get(10, TimeUnit.SECONDS);
    }

    private static final class Greeting extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getRequestURI().equals("/session")) {
                request.getSession().setAttribute("a", 1);
            }
            response.getWriter().print("x".repeat(100_000));
        }
    }
}
