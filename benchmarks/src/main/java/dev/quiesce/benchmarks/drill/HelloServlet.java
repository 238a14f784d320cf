package dev.quiesce.benchmarks.drill;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;

/** Answers at once, so that what is around it shows. */
@SuppressWarnings("serial") // never serialized
final class HelloServlet extends HttpServlet {
    private static final byte[] BODY = "Hello, world\n".getBytes(StandardCharsets.US_ASCII);

    /** Returns a context that serves it everywhere. */
    static ServletContextHandler context() {
        ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SESSIONS);
        context.addServlet(new ServletHolder(new HelloServlet()), "/");
        return context;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.setContentLength(BODY.length);
        response.getOutputStream().write(BODY);
    }
}
