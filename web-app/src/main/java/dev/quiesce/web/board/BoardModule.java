package dev.quiesce.web.board;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Singleton;
import com.google.inject.name.Names;
import jakarta.servlet.http.HttpServlet;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Binds the servlets of the trade board, and {@link BoardSockets}.
 *
 * <p>Needs a binding of {@link OfferFeed}, one of {@link SessionLookup} and two of {@link DataSource}: one named {@code main}, whose database has been
 * migrated by {@code db/main}, and one named {@code d4}, migrated by {@code db/d4}; both commit by themselves, which is
 * the default of JDBC. The servlets need HTTP sessions.
 */
public final class BoardModule extends AbstractModule {
    private static final Map<String, Class<? extends HttpServlet>> ROUTES = Map.of(
            "/api/session", SessionServlet.class,
            "/api/offers/*", OffersServlet.class,
            "/", PageServlet.class);

    /** Returns the servlets to mount, each under its path specification; {@code /} takes what no other one does. */
    public static Map<String, Class<? extends HttpServlet>> routes() {
        return ROUTES;
    }

    /** Returns those of the routes whose servlets use a database. */
    public static Set<String> databaseRoutes() {
        return Set.of("/api/session", "/api/offers/*");
    }

    @Override
    protected void configure() {
        requireBinding(Key.get(DataSource.class, Names.named(UserStore.DATABASE)));
        requireBinding(Key.get(DataSource.class, Names.named(OfferStore.DATABASE)));
        requireBinding(OfferFeed.class);
        requireBinding(SessionLookup.class);
        bind(UserStore.class).in(Singleton.class);
        bind(OfferStore.class).in(Singleton.class);
        bind(ChatStore.class).in(Singleton.class);
        bind(SocketUsers.class).in(Singleton.class);
        bind(Chat.class).in(Singleton.class);
        bind(BoardSockets.class).in(Singleton.class);
        bind(SessionServlet.class).in(Singleton.class);
        bind(OffersServlet.class).in(Singleton.class);
        bind(PageServlet.class).in(Singleton.class);
    }
}
