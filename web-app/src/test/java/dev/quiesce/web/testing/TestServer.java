package dev.quiesce.web.testing;

import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/** A real Jetty that serves some servlets on a free port of the loopback interface. */
public final class TestServer implements AutoCloseable {
    private final Server jetty = new Server(new InetSocketAddress("127.0.0.1", 0));

    private TestServer() {}

    /** Starts a server for the servlets, by their path specifications. */
    public static TestServer start(Map<String, ? extends HttpServlet> servlets) throws Exception {
        TestServer server = new TestServer();
        ServletContextHandler context = new ServletContextHandler(ServletContextHandler.SESSIONS);
        context.setContextPath("/");
        servlets.forEach((path, servlet) -> context.addServlet(new ServletHolder(servlet), path));
        server.jetty.setHandler(context);
        server.jetty.start();
        return server;
    }

    public URI uri(String path) {
        return jetty.getURI().resolve(path);
    }

    public Server jetty() {
        return jetty;
    }

    /** Returns a client with cookies of its own. */
    public Browser browser() {
        return new Browser(
                this, HttpClient.newBuilder().cookieHandler(new CookieManager()).build());
    }

    @Override
    public void close() {
        try {
            jetty.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server of the test has not stopped", e);
        }
    }

    /** A client of a server, with cookies. */
    public record Browser(TestServer server, HttpClient client) {

        public HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return send(request(path));
        }

        public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
            return send(request(path).DELETE());
        }

        public HttpResponse<String> postJson(String path, String json) throws IOException, InterruptedException {
            return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
        }

        public HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
            return client.send(request.build(), BodyHandlers.ofString());
        }

        public HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(server.uri(path)).timeout(Duration.ofSeconds(20));
        }
    }
}
