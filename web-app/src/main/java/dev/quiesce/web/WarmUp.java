package dev.quiesce.web;

import com.zaxxer.hikari.HikariConfig;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Loads the classes of Jetty, the pool and the driver on a second core while the first reads the configuration and wires
 * the service. Loading classes is most of what a start consists of, and it changes nothing but the time.
 */
final class WarmUp {
    private WarmUp() {}

    static void begin() {
        Thread thread = new Thread(WarmUp::load, "warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    private static void load() {
        Server server = new Server();
        new ServerConnector(server, 1, 1, new HttpConnectionFactory());
        new ServletContextHandler("/", ServletContextHandler.SESSIONS);
        new HikariConfig();
        try {
            Class.forName("org.mariadb.jdbc.client.impl.StandardClient");
            Class.forName("org.mariadb.jdbc.Connection");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
