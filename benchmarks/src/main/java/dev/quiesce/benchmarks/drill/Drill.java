package dev.quiesce.benchmarks.drill;

import ch.qos.logback.classic.Level;
import dev.quiesce.benchmarks.Logging;
import dev.quiesce.benchmarks.Measurement;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.List;

/** Stops the sample service under load, and counts what is lost. */
final class Drill {
    private Drill() {}

    public static void main(String[] args) throws Exception {
        Logging.from(Level.WARN);
        EmbeddedMariaDb database = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
        boolean within;
        database.start();
        try {
            List<Part> parts = List.of(
                    new StartDrill(database),
                    new KeepAliveDrill(database),
                    new InFlightDrill(database),
                    new TransactionsDrill(database),
                    new OverrunDrill(database),
                    new DatabaseFaultDrill(database),
                    new CleanStartDrill(database),
                    new BurstDrill(database),
                    new HerdDrill(database),
                    new InheritedPortDrill(database),
                    new RollingRestartDrill(database),
                    new NoRetryDrill(database),
                    new SessionsDrill(database),
                    new IdleSocketsDrill(database),
                    new SocketDrill(database),
                    new FanOutDrill(),
                    new OverheadDrill());
            within = new Measurement("drill", parts).isWithinBounds(args);
        } finally {
            database.stop(Deadline.after(Duration.ofSeconds(10)));
        }
        System.exit(within ? 0 : 1);
    }
}
