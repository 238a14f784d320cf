package dev.quiesce.web;

import com.google.inject.AbstractModule;
import com.google.inject.Binder;
import com.google.inject.Key;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.name.Named;
import com.google.inject.name.Names;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.session.Sessions;
import dev.quiesce.web.http.Admission;
import dev.quiesce.web.http.AdmissionConfig;
import dev.quiesce.web.http.ClientPaceHandler;
import dev.quiesce.web.http.HttpServer;
import dev.quiesce.web.http.JettyContainer;
import dev.quiesce.web.http.Listen;
import dev.quiesce.web.http.Tls;
import jakarta.servlet.http.HttpServlet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.pathmap.PathSpec;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;

/**
 * HTTP on one Jetty container, with the sockets of {@link SocketModule} and the sessions of {@link SessionModule}. Servlets come from
 * other modules, by {@link #servlets}.
 */
final class HttpModule extends AbstractModule {
    static final String CONTAINER = "container";
    private static final String BOUNDED = "bounded";

    private final Listen listen;
    private final Optional<Tls> tls;
    private final AdmissionConfig admission;
    private final Duration quietPeriod;
    private final boolean proxied;

    HttpModule(Listen listen, Optional<Tls> tls, AdmissionConfig admission, Duration quietPeriod, boolean proxied) {
        this.listen = listen;
        this.tls = tls;
        this.admission = admission;
        this.quietPeriod = quietPeriod;
        this.proxied = proxied;
    }

    /** Returns where servlets are bound, each under its path specification. */
    static MapBinder<String, HttpServlet> servlets(Binder binder) {
        return MapBinder.newMapBinder(binder, String.class, HttpServlet.class);
    }

    /** Returns where the path specifications of servlets are bound that use a database, so that these are admitted in turn. */
    static Multibinder<String> bounded(Binder binder) {
        return Multibinder.newSetBinder(binder, String.class, Names.named(BOUNDED));
    }

    @Override
    protected void configure() {
        servlets(binder());
        bounded(binder());
        LifecycleBinder.of(binder())
                .component(CONTAINER, Key.get(JettyContainer.class))
                .component("http", Key.get(HttpServer.class));
    }

    @Provides
    @Singleton
    JettyContainer container() {
        JettyContainer container =
                tls.map(secure -> new JettyContainer(listen, secure)).orElseGet(() -> new JettyContainer(listen));
        if (proxied) {
            container.believeProxy();
        }
        return container;
    }

    @Provides
    @Singleton
    ServletContextHandler servletContext(Sessions sessions, Map<String, HttpServlet> servlets) {
        ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SESSIONS);
        sessions.manage(context.getSessionHandler());
        servlets.forEach((path, servlet) -> {
            ServletHolder holder = new ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, path);
        });
        return context;
    }

    @Provides
    @Singleton
    Admission admission(ServletContextHandler servlets, @Named(BOUNDED) Set<String> routes) {
        List<PathSpec> bounded = routes.stream()
                .map(ServletPathSpec::new)
                .map(PathSpec.class::cast)
                .toList();
        return new Admission(
                admission,
                request -> {
                    String path = Request.getPathInContext(request);
                    for (PathSpec route : bounded) {
                        if (route.matches(path)) {
                            return true;
                        }
                    }
                    return false;
                },
                servlets);
    }

    /** A client that polls may be as quiet as it likes while it is answered, and not while it posts. */
    @Provides
    @Singleton
    HttpServer http(JettyContainer container, SocketIoServer sockets, Admission admitted) {
        Handler posts = new ClientPaceHandler(request -> HttpMethod.POST.is(request.getMethod()), sockets.mount());
        return new HttpServer(container, List.of(posts, admitted), quietPeriod);
    }
}
