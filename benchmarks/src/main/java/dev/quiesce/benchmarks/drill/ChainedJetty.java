package dev.quiesce.benchmarks.drill;

import ch.qos.logback.classic.Level;
import dev.quiesce.benchmarks.Logging;
import dev.quiesce.realtime.socketio.EventLog;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.web.http.Admission;
import dev.quiesce.web.http.AdmissionConfig;
import dev.quiesce.web.http.ClientPaceHandler;
import dev.quiesce.web.http.HttpServer;
import dev.quiesce.web.http.JettyContainer;
import dev.quiesce.web.http.Listen;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;

/** The same servlet behind all handlers that the sample service has, each request admitted. */
final class ChainedJetty {
    /** More than there are connections: to wait for others is no overhead. */
    private static final int CONCURRENCY = 200;

    private ChainedJetty() {}

    public static void main(String[] args) throws Exception {
        Logging.from(Level.INFO);
        JettyContainer container = new JettyContainer(new Listen.Tcp("127.0.0.1", 0));
        Admission admission = new Admission(
                new AdmissionConfig(CONCURRENCY, CONCURRENCY, Duration.ofSeconds(4), Duration.ofSeconds(3)),
                request -> true,
                HelloServlet.context());
        Handler sockets = new ClientPaceHandler(
                request -> HttpMethod.POST.is(request.getMethod()),
                new SocketIoServer(SocketIoConfig.defaults(), EventLog.none()).mount());
        HttpServer http = new HttpServer(container, List.of(sockets, admission), Duration.ofSeconds(1));
        container.start();
        http.start();
    }
}
