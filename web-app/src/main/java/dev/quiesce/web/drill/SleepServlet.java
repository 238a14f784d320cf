package dev.quiesce.web.drill;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Holds a request, and its thread as an ordinary handler does, for the time that the caller names. */
@SuppressWarnings("serial") // never serialized
final class SleepServlet extends HttpServlet {
    @Inject
    SleepServlet() {}

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Plain.serve("GET", request, response, SleepServlet::sleep);
    }

    private static String sleep(HttpServletRequest request) throws Refusal {
        int millis = Plain.number(request, "ms", Plain.LONGEST_MILLIS);
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            // Not set again: a thread that is interrupted closes the connection when it writes the answer.
            throw new Refusal(503, "interrupted before " + millis + " ms had passed");
        }
        return "held for " + millis + " ms";
    }
}
