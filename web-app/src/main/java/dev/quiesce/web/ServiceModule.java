package dev.quiesce.web;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provider;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.name.Named;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.StopSequence;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.session.Sessions;
import dev.quiesce.web.board.BoardModule;
import dev.quiesce.web.board.OfferFeed;
import dev.quiesce.web.config.ServiceConfig;
import dev.quiesce.web.drill.DrillModule;
import dev.quiesce.web.drill.DrillStreams;
import dev.quiesce.web.http.Admission;
import dev.quiesce.web.http.HttpServer;
import dev.quiesce.web.http.LongRequests;
import dev.quiesce.web.http.ManagementServer;
import jakarta.servlet.http.HttpServlet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** The sample service as a whole: what it consists of, and the order in which its operators expect it to stop. */
final class ServiceModule extends AbstractModule {
    private final ServiceConfig config;

    ServiceModule(ServiceConfig config) {
        this.config = config;
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        binder().requireAtInjectOnConstructors();
        binder().requireExactBindingAnnotations();
        binder().disableCircularProxies();

        LifecycleBinder.of(binder())
                .budgets(config.shutdown())
                .foundation("management", Key.get(ManagementServer.class))
                .preferStop(StopSequence.first("http")
                        .then("presence")
                        .then("pool d4", "pool main")
                        .then("sockets")
                        .then("sessions"));
        install(new DatabaseModule(config.main(), config.d4(), config.embedded()));
        install(new HttpModule(
                config.http(), config.tls(), config.admission(), config.quietPeriod(), config.forwarded()));
        install(new SessionModule(config.sessions()));
        install(new SocketModule(config.sockets(), config.drill()));

        install(new BoardModule());
        bind(LiveOffers.class);
        bind(OfferFeed.class).to(LiveOffers.class);
        mount(BoardModule.routes(), BoardModule.databaseRoutes());
        if (config.drill()) {
            install(new DrillModule());
            bind(LongRequests.class).toInstance(new LongRequests());
            LifecycleBinder.of(binder())
                    .component("long requests", Key.get(LongRequests.class))
                    .component("drill streams", Key.get(DrillStreams.class));
            mount(DrillModule.routes(), DrillModule.databaseRoutes());
        }
    }

    private void mount(Map<String, Class<? extends HttpServlet>> routes, Set<String> bounded) {
        bounded.forEach(path -> HttpModule.bounded(binder()).addBinding().toInstance(path));
        routes.forEach(
                (path, type) -> HttpModule.servlets(binder()).addBinding(path).to(type));
    }

    @Provides
    @Singleton
    ManagementServer management(
            Provider<Coordinator> coordinator,
            Provider<HttpServer> http,
            Provider<SocketIoServer> sockets,
            Provider<Sessions> sessions,
            Provider<Admission> admission,
            @Named(DatabaseModule.MAIN) Provider<MariaDbPool> main,
            @Named(DatabaseModule.D4) Provider<MariaDbPool> d4) {
        Map<String, LongSupplier> gauges = new HashMap<>();
        gauges.put("httpConnections", () -> http.get().connectionCount());
        gauges.put("requestsInFlight", () -> http.get().inFlight().orElse(0));
        gauges.put("sockets", () -> sockets.get().size());
        gauges.put("sessions", () -> sessions.get().size());
        gauges.putAll(Admission.gauges(admission::get));
        gauges.putAll(poolGauges("poolMain", main));
        gauges.putAll(poolGauges("poolD4", d4));
        return new ManagementServer(config.admin().host(), config.admin().port(), coordinator::get, gauges);
    }

    private static Map<String, LongSupplier> poolGauges(String prefix, Provider<MariaDbPool> pool) {
        return Map.of(
                prefix + "Active", () -> pool.get().stats().active(),
                prefix + "Idle", () -> pool.get().stats().idle(),
                prefix + "Waiting", () -> pool.get().stats().waiting(),
                prefix + "Limit", () -> pool.get().stats().limit());
    }
}
