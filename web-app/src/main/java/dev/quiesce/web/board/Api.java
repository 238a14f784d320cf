package dev.quiesce.web.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the servlets of the API have in common. */
final class Api {
    private static final Logger log = LoggerFactory.getLogger(Api.class);
    private static final int MOST_DISCARDED = 64 * 1024;
    static final String USER = "dev.quiesce.web.board.user";

    private Api() {}

    /** Answers a request, or says why not. */
    @FunctionalInterface
    interface Endpoint {
        Answer answer(HttpServletRequest request) throws IOException, SQLException, Problem;
    }

    /**
     * An answer.
     *
     * @param body a record to write as JSON
     */
    record Answer(int status, Object body, Map<String, String> headers) {
        Answer(int status, Object body) {
            this(status, body, Map.of());
        }
    }

    static void serve(HttpServletRequest request, HttpServletResponse response, Endpoint endpoint) throws IOException {
        try {
            Answer answer = endpoint.answer(request);
            answer.headers().forEach(response::setHeader);
            write(response, answer.status(), "application/json", answer.body());
        } catch (Problem problem) {
            write(request, response, problem);
        } catch (SQLException e) {
            write(request, response, problemOf(request, e));
        }
    }

    static void write(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        readRest(request, response);
        problem.headers().forEach(response::setHeader);
        write(response, problem.body().status(), "application/problem+json", problem.body());
    }

    /** Returns the name of who has signed in. */
    static Optional<String> user(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable((String) session.getAttribute(USER));
        } catch (IllegalStateException destroyedMeanwhile) {
            return Optional.empty();
        }
    }

    static String requireUser(HttpServletRequest request) throws Problem {
        return user(request).orElseThrow(Problem::notSignedIn);
    }

    /** Signs in; the session gets a new id, so that an id planted before is worth nothing. */
    static void signIn(HttpServletRequest request, String name) {
        HttpSession session = request.getSession();
        if (!session.isNew()) {
            request.changeSessionId();
        }
        session.setAttribute(USER, name);
    }

    /**
     * Reads the body of a request that is refused without a look at it. Otherwise the server closes the connection under
     * a client that still sends, or that already reuses it for its next request.
     */
    private static void readRest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getInputStream().readNBytes(MOST_DISCARDED).length == MOST_DISCARDED) {
            response.setHeader("Connection", "close");
        }
    }

    private static Problem problemOf(HttpServletRequest request, SQLException failure) {
        if (isUnreachable(failure)) {
            log.warn("{} {}: no database: {}", request.getMethod(), request.getRequestURI(), failure.getMessage());
            return Problem.unavailable();
        }
        log.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
        return Problem.failed();
    }

    private static boolean isUnreachable(SQLException failure) {
        String state = failure.getSQLState();
        return failure instanceof SQLTransientException
                || failure instanceof SQLNonTransientConnectionException
                || failure instanceof SQLRecoverableException
                || (state != null && state.startsWith("08"));
    }

    private static void write(HttpServletResponse response, int status, String type, Object body) throws IOException {
        byte[] json = Json.write(body).getBytes(UTF_8);
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(json.length);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.getOutputStream().write(json);
    }
}
