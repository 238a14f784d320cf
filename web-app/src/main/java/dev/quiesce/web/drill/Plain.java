package dev.quiesce.web.drill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quiesce.web.http.RetryAfter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Requests with parameters, answered in plain text. */
final class Plain {
    static final int LONGEST_MILLIS = 600_000;

    private Plain() {}

    /** Answers a request, or refuses it. */
    @FunctionalInterface
    interface Endpoint {
        String answer(HttpServletRequest request) throws Refusal;
    }

    static void serve(String method, HttpServletRequest request, HttpServletResponse response, Endpoint endpoint)
            throws IOException {
        try {
            requireMethod(method, request);
            write(response, 200, endpoint.answer(request));
        } catch (Refusal refusal) {
            write(response, method, refusal);
        }
    }

    static void requireMethod(String method, HttpServletRequest request) throws Refusal {
        if (!request.getMethod().equals(method)) {
            throw new Refusal(405, "use " + method);
        }
    }

    /** Returns a whole number that the query must give. */
    static int number(HttpServletRequest request, String name, int most) throws Refusal {
        String text = text(request, name);
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below like a number out of range
        }
        throw new Refusal(400, "parameter " + name + " must be a whole number from 0 to " + most);
    }

    /** Returns a parameter that must be given once. */
    static String text(HttpServletRequest request, String name) throws Refusal {
        String[] values = request.getParameterValues(name);
        if (values == null || values.length != 1) {
            throw new Refusal(400, "parameter " + name + " must be given once");
        }
        return values[0];
    }

    static void write(HttpServletResponse response, String allowed, Refusal refusal) throws IOException {
        if (refusal.status() == 405) {
            response.setHeader("Allow", allowed);
        } else if (refusal.status() == 503) {
            response.setIntHeader("Retry-After", RetryAfter.seconds());
        }
        write(response, refusal.status(), refusal.getMessage());
    }

    private static void write(HttpServletResponse response, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(UTF_8);
        response.setStatus(status);
        response.setContentType("text/plain; charset=utf-8");
        response.setContentLength(body.length);
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(body);
    }
}
