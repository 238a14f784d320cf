package dev.quiesce.realtime.socketio;

import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.ProcessHost;
import dev.quiesce.realtime.engineio.EngineHandler;
import dev.quiesce.realtime.engineio.EngineIoConfig;
import dev.quiesce.realtime.engineio.EngineIoServer;
import dev.quiesce.realtime.engineio.EngineSocket;
import dev.quiesce.realtime.engineio.Packet;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** What {@code src/test/node/CONTRACT.md} says of a server that foreign clients try, in this process or as one of its own. */
final class ContractServer {
    private static final Map<String, Object> REFUSED = Map.of("code", 401, "realm", "guarded");

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final Optional<MariaDbPool> pool;
    private final EngineIoServer engine;
    private final SocketIoServer io;
    private final ContractControl control;

    ContractServer(ContractOptions options) {
        EngineIoConfig limits = EngineIoConfig.defaults()
                .withHeartbeat(options.pingInterval(), options.pingTimeout())
                .withMaxPayload(options.maxPayload());
        engine = new EngineIoServer(limits, new Echo());
        SocketIoConfig config = SocketIoConfig.defaults()
                .withConnections(limits.withPath("/socket.io/"))
                .withConnectTimeout(options.connectTimeout());
        pool = options.database().isEmpty()
                ? Optional.empty()
                : Optional.of(new MariaDbPool(
                        PoolConfig.of("sockets", options.database(), options.user(), options.password())));
        io = new SocketIoServer(config, log(options, pool));
        ContractEvents events = new ContractEvents();
        List<Namespace> namespaces =
                Stream.of("/", "/custom", "/guarded").map(io::of).toList();
        namespaces.forEach(namespace -> namespace.onConnection(events::serve));
        io.of("/guarded").use(client -> {
            if (!"let-me-in".equals(client.auth().get("token"))) {
                throw new ConnectRefusedException("not authorized", REFUSED);
            }
        });
        control = new ContractControl(engine, io, namespaces);
        connector.setHost("127.0.0.1");
        connector.setPort(options.port());
        connector.setAcceptQueueSize(1024);
        server.addConnector(connector);
        server.setHandler(new Handler.Sequence(io.mount(), engine.mount(), control));
    }

    private static EventLog log(ContractOptions options, Optional<MariaDbPool> pool) {
        if (!options.recovers()) {
            return EventLog.none();
        }
        return pool.<EventLog>map(kept -> new DatabaseEventLog(kept.dataSource(), DatabaseEventLogConfig.defaults()))
                .orElseGet(() -> EventLog.inMemory(Retention.defaults()));
    }

    public static void main(String... arguments) {
        ProcessHost host = ProcessHost.trapSignals();
        ContractServer server = new ContractServer(ContractOptions.of(List.of(arguments)));
        host.runAndExit(() -> Coordinator.of(server.graph()));
    }

    /** Returns the components, of which the last to start says where it listens. */
    ComponentGraph graph() {
        ComponentGraph.Builder graph = ComponentGraph.builder()
                .add("container", Lifecycle.of(server::start, deadline -> server.stop()))
                .add("engine", engine, "container");
        if (pool.isPresent()) {
            graph.add("pool", pool.get()).add("sockets", io, "container", "pool");
        } else {
            graph.add("sockets", io, "container");
        }
        return graph.add("control", Lifecycle.of(this::announce, deadline -> {}), "engine", "sockets")
                .build();
    }

    private void announce() {
        control.open();
        System.out.println("Listening on " + url() + "/");
    }

    String url() {
        return "http://127.0.0.1:" + connector.getLocalPort();
    }

    SocketIoServer io() {
        return io;
    }

    /** Sends back what it gets. */
    private static final class Echo implements EngineHandler {
        @Override
        public void text(EngineSocket socket, String message) {
            socket.send(Packet.text(message));
        }

        @Override
        public void binary(EngineSocket socket, ByteBuffer message) {
            socket.send(Packet.binary(message));
        }
    }
}
