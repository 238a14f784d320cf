package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.io.IOException;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The management listener: liveness, readiness and the state of the lifecycle, on a port of its own.
 *
 * <p>Register it as a foundation, so that it is the first component to start and the last to stop and answers throughout.
 * It has its own threads: requests of the service never keep it from answering.
 *
 * <ul>
 *   <li>{@code GET /livez}: 200 as long as the process can answer
 *   <li>{@code GET /readyz}: 200 if the service is ready, otherwise 503 with the reason
 *   <li>{@code GET /lifecycle}: the stage, the plan, where each component stands, and the gauges, as JSON
 *   <li>{@code GET /metrics}: the stage and the gauges in the text format of Prometheus, such as
 *       {@code quiesce_requests_in_flight 3} for {@code requestsInFlight}
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class ManagementServer implements Lifecycle {
    private static final Logger log = LoggerFactory.getLogger(ManagementServer.class);
    private static final int MAX_THREADS = 8;
    private static final int MIN_THREADS = 2;

    private final Server server;
    private final PortConnector connector;

    /**
     * Prepares a listener without opening anything.
     *
     * @param host the address to listen on; a loopback address unless the network is trusted
     * @param port the port, or 0 for a free one
     * @param coordinator gives the coordinator whose state is told; first asked after the start
     * @param gauges numbers to tell with the state, each read at every request, by the names they are told under, in camel
     *     case
     */
    public ManagementServer(
            String host, int port, Supplier<Coordinator> coordinator, Map<String, LongSupplier> gauges) {
        server = new Server(new ServerThreads("management", MAX_THREADS, MIN_THREADS));
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new PortConnector(server, new Listen.Tcp(host, port), new HttpConnectionFactory(http));
        server.addConnector(connector);
        server.setHandler(new ManagementHandler(coordinator, gauges));
    }

    /**
     * Opens the port.
     *
     * @throws IOException if the port cannot be opened, for example because it is taken
     */
    @Override
    public void start() throws IOException {
        try {
            server.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the management server did not start", e);
        }
        log.info("Management on {}lifecycle", connector.port());
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        ServerStop.stop(server, connector, deadline);
    }
}
