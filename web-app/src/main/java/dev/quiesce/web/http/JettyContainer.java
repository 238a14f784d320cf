package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.time.Duration;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The Jetty server that HTTP, sockets and sessions stand on: threads, handlers and connections, but no open port.
 *
 * <p>It is a component of its own so that the coordinator, and not Jetty, decides whether requests, sockets or sessions go
 * first: {@link HttpServer} opens and closes the port, and what is left of the connections is closed when this component
 * stops, last of all.
 *
 * <p>Thread-safe.
 */
public final class JettyContainer implements Lifecycle {
    /** Longer than nginx keeps an upstream connection (60 s by default), so that nginx is the one who closes it. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

    private static final int MIN_THREADS = 8;
    private static final int MAX_THREADS = 200;

    private final HttpConfiguration http = new HttpConfiguration();
    private final ServerThreads threads = new ServerThreads("http", MAX_THREADS, MIN_THREADS);
    private final Server server;
    private final PortConnector connector;
    private final @Nullable ReloadedTls tls;

    /**
     * Prepares a server in the clear without opening anything.
     *
     * @param listen where connections are accepted
     */
    public JettyContainer(Listen listen) {
        this(listen, (ReloadedTls) null);
    }

    /**
     * Prepares a server behind TLS without opening anything.
     *
     * @param listen where connections are accepted
     * @param tls the certificate to serve with
     */
    public JettyContainer(Listen listen, Tls tls) {
        this(listen, new ReloadedTls(tls));
    }

    private JettyContainer(Listen listen, @Nullable ReloadedTls tls) {
        this.tls = tls;
        this.http.setSendServerVersion(false);
        server = new Server(threads);
        connector = new PortConnector(server, listen, factories(http, tls));
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    }

    private static ConnectionFactory[] factories(HttpConfiguration http, @Nullable ReloadedTls tls) {
        HttpConnectionFactory http1 = new HttpConnectionFactory(http);
        if (tls == null) {
            return new ConnectionFactory[] {http1, new Http2InTheClear(http)};
        }
        // A service behind a proxy is asked for by many names, and its own certificate may know none of them.
        http.addCustomizer(new SecureRequestCustomizer(false));
        ALPNServerConnectionFactory negotiation = new ALPNServerConnectionFactory();
        negotiation.setDefaultProtocol(http1.getProtocol());
        SslConnectionFactory secure = new SslConnectionFactory(tls.context(), negotiation.getProtocol());
        return new ConnectionFactory[] {secure, negotiation, new HTTP2ServerConnectionFactory(http), http1};
    }

    /**
     * Starts the threads, and reads the certificate.
     *
     * @throws IllegalArgumentException if there is to be TLS and its files are not what they should be
     */
    @Override
    public void start() throws Exception {
        if (tls != null) {
            tls.prepare(server);
        }
        server.start();
    }

    /** Has threads end that are left without work. Requests that still come are served. */
    @Override
    public void quiesce() {
        threads.leave();
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        ServerStop.stop(server, connector, deadline);
    }

    /**
     * Takes {@code X-Forwarded-Proto} for whether a client uses TLS, and so needs cookies that are {@code Secure}. Only for
     * a service that none but a proxy can reach, one that sets this header itself. Only before the start.
     */
    public void believeProxy() {
        ForwardedRequestCustomizer protocol = new ForwardedRequestCustomizer();
        protocol.setForwardedHeader("");
        protocol.setForwardedHostHeader("");
        protocol.setForwardedForHeader("");
        protocol.setForwardedPortHeader("");
        protocol.setForwardedHttpsHeader("");
        protocol.setForwardedServerHeader("");
        protocol.setForwardedCipherSuiteHeader("");
        protocol.setForwardedSslSessionIdHeader("");
        http.addCustomizer(protocol);
    }

    /** Sets what serves requests. Only before the start. */
    void handle(Handler handler) {
        server.setHandler(handler);
    }

    /** Returns whether work waits for a thread. */
    boolean isBusy() {
        return threads.isBusy();
    }

    PortConnector connector() {
        return connector;
    }
}
