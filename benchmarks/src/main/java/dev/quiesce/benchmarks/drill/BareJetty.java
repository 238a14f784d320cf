package dev.quiesce.benchmarks.drill;

import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A servlet on Jetty as it is, with as many threads as our container has. */
final class BareJetty {
    private static final int MAX_THREADS = 200;
    private static final int MIN_THREADS = 8;

    private BareJetty() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server(new QueuedThreadPool(MAX_THREADS, MIN_THREADS));
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(HelloServlet.context());
        server.start();
        System.out.println("Serving HTTP on http://127.0.0.1:" + connector.getLocalPort() + "/");
        server.join();
    }
}
