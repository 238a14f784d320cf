package dev.quiesce.web.drill;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Singleton;
import com.google.inject.name.Names;
import dev.quiesce.web.http.LongRequests;
import jakarta.servlet.http.HttpServlet;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Binds the servlets of the drill.
 *
 * <p>Needs a {@link DataSource} named {@code main} whose database has been migrated by {@code db/main}. The servlets need
 * HTTP sessions, asynchronous requests and {@link LongRequests}; {@link DrillStreams} is a component to register beside HTTP.
 */
public final class DrillModule extends AbstractModule {
    private static final Map<String, Class<? extends HttpServlet>> ROUTES = Map.of(
            "/drill/sleep", SleepServlet.class,
            "/drill/tx", TransactionServlet.class,
            "/drill/session", CounterServlet.class,
            "/drill/stream", StreamServlet.class);

    /** Returns the servlets to mount, each under its path specification. */
    public static Map<String, Class<? extends HttpServlet>> routes() {
        return ROUTES;
    }

    /** Returns those of the routes whose servlets use a database. */
    public static Set<String> databaseRoutes() {
        return Set.of("/drill/tx");
    }

    @Override
    protected void configure() {
        requireBinding(Key.get(DataSource.class, Names.named(TransactionServlet.DATABASE)));
        requireBinding(LongRequests.class);
        bind(SleepServlet.class).in(Singleton.class);
        bind(TransactionServlet.class).in(Singleton.class);
        bind(CounterServlet.class).in(Singleton.class);
        bind(StreamServlet.class).in(Singleton.class);
        bind(DrillStreams.class).in(Singleton.class);
    }
}
