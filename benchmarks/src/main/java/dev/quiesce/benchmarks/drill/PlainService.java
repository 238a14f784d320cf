package dev.quiesce.benchmarks.drill;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.name.Names;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.web.drill.DrillModule;
import dev.quiesce.web.http.HttpServer;
import dev.quiesce.web.http.JettyContainer;
import dev.quiesce.web.http.Listen;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;

/**
 * What a service usually is: the endpoints of the sample's drill on the same HTTP server and the same pool, with nothing before
 * the pool but the queue of the threads, which has no bound, and the queue of the pool, which no load here ever fills. Both are
 * first come, first served.
 */
final class PlainService {
    /** How many may wait for a connection. The threads that could wait are far fewer. */
    static final int MOST_WAITING = 100_000;

    private PlainService() {}

    /**
     * Runs until it is killed.
     *
     * @param arguments the URL, the user and the password of the database, and how long to wait for a connection
     */
    public static void main(String[] arguments) throws Exception {
        long begin = System.nanoTime();
        System.setProperty("guice_bytecode_gen_option", "DISABLED");
        MariaDbPool pool = new MariaDbPool(PoolConfig.of("main", arguments[0], arguments[1], arguments[2])
                .withTimeouts(Duration.parse(arguments[3]), Duration.ofSeconds(2), Duration.ofSeconds(60))
                .withMaxWaiting(MOST_WAITING)
                .withMigrations("db/main"));
        JettyContainer container = new JettyContainer(new Listen.Tcp("127.0.0.1", 0));
        HttpServer http = new HttpServer(container, List.of(servlets(pool)), Duration.ofSeconds(1));
        pool.start();
        container.start();
        http.start();
        System.out.println("Ready after " + Math.round(DrillService.millisSince(begin)) + " ms");
    }

    private static ServletContextHandler servlets(MariaDbPool pool) {
        Injector injector = Guice.createInjector(new DrillModule(), new AbstractModule() {
            @Override
            protected void configure() {
                bind(Key.get(DataSource.class, Names.named("main"))).toInstance(pool.dataSource());
            }
        });
        ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.SESSIONS);
        DrillModule.routes().forEach((path, servlet) -> {
            ServletHolder holder = new ServletHolder(injector.getInstance(servlet));
            holder.setAsyncSupported(true);
            context.addServlet(holder, path);
        });
        return context;
    }
}
