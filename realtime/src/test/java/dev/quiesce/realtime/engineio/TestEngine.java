package dev.quiesce.realtime.engineio;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** An Engine.IO server in a Jetty on a free loopback port, in front of a handler that answers everything with 418. */
final class TestEngine {
    static {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }

    final Server server = new Server();
    final ServerConnector connector = new ServerConnector(server);
    final EngineIoServer engine;

    TestEngine(EngineIoConfig config, EngineHandler handler) throws Exception {
        engine = new EngineIoServer(config, handler);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Sequence(engine.mount(), new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Response.writeError(request, response, callback, HttpStatus.IM_A_TEAPOT_418);
                return true;
            }
        }));
        server.start();
    }

    static TestEngine started(EngineIoConfig config, EngineHandler handler) throws Exception {
        TestEngine engine = new TestEngine(config, handler);
        engine.engine.start();
        return engine;
    }

    int port() {
        return connector.getLocalPort();
    }

    static Deadline in(int millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    void close() throws Exception {
        engine.stop(in(5000));
        server.stop();
    }
}
