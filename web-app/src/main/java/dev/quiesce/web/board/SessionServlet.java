package dev.quiesce.web.board;

import dev.quiesce.web.board.Api.Answer;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Says who is signed in, signs in and signs out. */
@SuppressWarnings("serial") // never serialized
final class SessionServlet extends HttpServlet {
    private static final int LONGEST_NAME = 32;

    private final UserStore users;

    /** Who is signed in; nobody if the name is null. */
    private record Who(@Nullable String name) {}

    @Inject
    SessionServlet(UserStore users) {
        this.users = users;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Api.serve(request, response, this::answer);
    }

    private Answer answer(HttpServletRequest request) throws IOException, SQLException, Problem {
        return switch (request.getMethod()) {
            case "GET", "HEAD" -> new Answer(200, new Who(Api.user(request).orElse(null)));
            case "POST" -> signIn(request);
            case "DELETE" -> signOut(request);
            default -> throw Problem.methodNotAllowed("GET, HEAD, POST, DELETE");
        };
    }

    private Answer signIn(HttpServletRequest request) throws IOException, SQLException, Problem {
        String name = Json.read(request).text("name", LONGEST_NAME);
        users.signIn(name);
        Api.signIn(request, name);
        return new Answer(200, new Who(name));
    }

    private static Answer signOut(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            try {
                session.invalidate();
            } catch (IllegalStateException e) {
                // destroyed meanwhile, which is what was asked for
            }
        }
        return new Answer(200, new Who(null));
    }
}
