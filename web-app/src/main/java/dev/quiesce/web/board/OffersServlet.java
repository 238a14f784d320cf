package dev.quiesce.web.board;

import dev.quiesce.web.board.Api.Answer;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists the open offers, posts one, and takes one. */
@SuppressWarnings("serial") // never serialized
final class OffersServlet extends HttpServlet {
    private static final Logger log = LoggerFactory.getLogger(OffersServlet.class);
    private static final int LONGEST_ITEM = 80;
    private static final long HIGHEST_PRICE = 1_000_000_000;
    private static final Pattern TAKE = Pattern.compile("/(\\d{1,18})/take");

    private final OfferStore offers;
    private final OfferFeed feed;

    private record OpenOffers(List<Offer> offers) {}

    private record Posted(String type, Offer offer) {}

    private record Taken(String type, long id, String by) {}

    @Inject
    OffersServlet(OfferStore offers, OfferFeed feed) {
        this.offers = offers;
        this.feed = feed;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Api.serve(request, response, this::answer);
    }

    private Answer answer(HttpServletRequest request) throws IOException, SQLException, Problem {
        if (request.getPathInfo() == null) {
            return switch (request.getMethod()) {
                case "GET", "HEAD" -> new Answer(200, new OpenOffers(offers.open()));
                case "POST" -> post(request);
                default -> throw Problem.methodNotAllowed("GET, HEAD, POST");
            };
        }
        Matcher take = TAKE.matcher(request.getPathInfo());
        if (!take.matches()) {
            throw Problem.notFound();
        }
        if (!request.getMethod().equals("POST")) {
            throw Problem.methodNotAllowed("POST");
        }
        return take(request, Long.parseLong(take.group(1)));
    }

    private Answer post(HttpServletRequest request) throws IOException, SQLException, Problem {
        String seller = Api.requireUser(request);
        Json body = Json.read(request);
        Offer offer = offers.post(seller, body.text("item", LONGEST_ITEM), body.number("price", 1, HIGHEST_PRICE));
        publish(new Posted("posted", offer));
        return new Answer(201, offer);
    }

    private Answer take(HttpServletRequest request, long id) throws SQLException, Problem {
        Json.requireJson(request);
        String taker = Api.requireUser(request);
        switch (offers.take(id, taker)) {
            case TAKEN -> {
                Taken taken = new Taken("taken", id, taker);
                publish(taken);
                return new Answer(200, taken);
            }
            case TAKEN_BEFORE -> throw Problem.conflict("Somebody was faster: this offer is taken.");
            case OWN -> throw Problem.forbidden("This is your own offer.");
            default -> throw Problem.notFound();
        }
    }

    private void publish(Object change) {
        try {
            feed.publish(Json.write(change));
        } catch (RuntimeException e) {
            log.warn("those who watch the board have missed a change", e);
        }
    }
}
