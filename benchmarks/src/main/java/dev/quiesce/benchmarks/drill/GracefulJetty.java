package dev.quiesce.benchmarks.drill;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;

/** Jetty with its own graceful stop, and nothing else to stop: no pools, no sockets, no sessions. */
final class GracefulJetty {
    private static final long STOP_TIMEOUT_MILLIS = 20_000;

    private GracefulJetty() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(new ServletHolder(new Sleep()), "/drill/sleep");
        server.setHandler(new GracefulHandler(context));
        server.setStopAtShutdown(true);
        server.setStopTimeout(STOP_TIMEOUT_MILLIS);
        server.start();
        System.out.println("Serving HTTP on http://127.0.0.1:" + connector.getLocalPort() + "/");
        System.out.println("Ready after its start");
        server.join();
    }

    /** Holds a request for the time that its caller names. */
    @SuppressWarnings("serial") // never serialized
    private static final class Sleep extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                Thread.sleep(Integer.parseInt(request.getParameter("ms")));
            } catch (InterruptedException e) {
                throw (IOException) new InterruptedIOException("interrupted").initCause(e);
            }
            byte[] body = "held\n".getBytes(StandardCharsets.US_ASCII);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }
}
