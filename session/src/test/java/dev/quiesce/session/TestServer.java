package dev.quiesce.session;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.servlet.SessionHandler;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.session.ManagedSession;

/** A Jetty server on a free loopback port, whose first servlet counts the requests of a session. */
final class TestServer {
    static {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }

    final Server server = new Server();
    final ServletContextHandler context = new ServletContextHandler(ServletContextHandler.SESSIONS);
    private final ServerConnector connector = new ServerConnector(server);

    /** What a servlet does. */
    interface Action {
        void run(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    TestServer(Sessions sessions) {
        connector.setHost("127.0.0.1");
        connector
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration()
                .addCustomizer(new ForwardedRequestCustomizer());
        server.addConnector(connector);
        server.setHandler(context);
        on("/", TestServer::count);
        on("/leave", (request, response) -> request.getSession().invalidate());
        sessions.manage(context.getSessionHandler());
    }

    /** Serves one more path. Only before the start. */
    TestServer on(String path, Action action) {
        context.addServlet(new ServletHolder(new Acting(action)), path);
        return this;
    }

    /** Returns a client with cookies of its own: a browser, to the server. */
    static HttpClient browser() {
        return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    }

    HttpResponse<String> get(HttpClient client, String path) throws Exception {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + connector.getLocalPort() + path))
                .timeout(Duration.ofSeconds(20));
    }

    /** Counts up, in the session, and answers with the count. */
    static void count(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession();
        int count = session.getAttribute("count") instanceof Integer before ? before + 1 : 1;
        session.setAttribute("count", count);
        response.getWriter().print(count);
    }

    private static final class Acting extends HttpServlet {
        private static final long serialVersionUID = 1;

        private final transient Action action;

        Acting(Action action) {
            this.action = action;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                action.run(request, response);
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Returns the one session that is in memory, without a use of it. */
    ManagedSession onlySession() {
        SessionHandler handler = context.getSessionHandler();
        return ((ClosableSessionCache) handler.getSessionCache())
                .sessions()
                .iterator()
                .next();
    }

    String onlySessionId() {
        return onlySession().getId();
    }
}
