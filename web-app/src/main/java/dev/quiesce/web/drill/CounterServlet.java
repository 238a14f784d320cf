package dev.quiesce.web.drill;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the requests of a session, in that session. */
@SuppressWarnings("serial") // never serialized
final class CounterServlet extends HttpServlet {
    private static final String COUNTER = "dev.quiesce.web.drill.counter";

    @Inject
    CounterServlet() {}

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Plain.serve("GET", request, response, this::count);
    }

    private String count(HttpServletRequest request) {
        HttpSession session = request.getSession();
        AtomicLong counter = counter(session);
        long count = counter.incrementAndGet();
        session.setAttribute(COUNTER, counter); // so that a store of sessions sees the change
        return Long.toString(count);
    }

    private synchronized AtomicLong counter(HttpSession session) {
        if (session.getAttribute(COUNTER) instanceof AtomicLong counter) {
            return counter;
        }
        AtomicLong counter = new AtomicLong();
        session.setAttribute(COUNTER, counter);
        return counter;
    }
}
