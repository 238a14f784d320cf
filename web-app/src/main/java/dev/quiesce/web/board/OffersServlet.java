package dev.quiesce.web.board;

import dev.quiesce.web.board.Api.Answer;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** With what the database may take, still less than callers wait. */
    private static final long LONGEST_ANNOUNCING_MILLIS = 400;

    private static final Pattern TAKE = Pattern.compile("/(\\d{1,18})/take");

    /** Only in answers to changes that those who watch may not know yet. */
    private static final String ANNOUNCED = "X-Announced";

    private final OfferStore offers;
    private final OfferFeed feed;

    private record OpenOffers(List<Offer> offers) {}

    private record Taken(long id, String by) {}

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
        return new Answer(201, offer, announce("posted", offer));
    }

    private Answer take(HttpServletRequest request, long id) throws SQLException, Problem {
        Json.requireJson(request);
        String taker = Api.requireUser(request);
        switch (offers.take(id, taker)) {
            case TAKEN -> {
                Taken taken = new Taken(id, taker);
                return new Answer(200, taken, announce("taken", taken));
            }
            case TAKEN_BEFORE -> throw Problem.conflict("Somebody was faster: this offer is taken.");
            case OWN -> throw Problem.forbidden("This is your own offer.");
            default -> throw Problem.notFound();
        }
    }

    /**
     * Waits until nobody who watches can miss a change. It is done in any case: if those who watch may miss it, or learn of it later, the
     * answer says so.
     *
     * @return headers of the answer
     */
    private Map<String, String> announce(String event, Object change) {
        try {
            feed.publish(event, change).toCompletableFuture().get(LONGEST_ANNOUNCING_MILLIS, TimeUnit.MILLISECONDS);
            return Map.of();
        } catch (TimeoutException e) {
            log.warn(
                    "Those who watch the board learn later that an offer was {}: the log of the sockets is slow",
                    event);
            return Map.of(ANNOUNCED, "later");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Map.of(ANNOUNCED, "later");
        } catch (ExecutionException | RuntimeException e) {
            log.warn("Those who watch the board have missed that an offer was {}", event, e);
            return Map.of(ANNOUNCED, "no");
        }
    }
}
