package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.realtime.testing.NodePrograms;
import java.util.ArrayList;
import java.util.List;

/** Restarts a Socket.IO server that keeps its events in MariaDB, under stock clients: one instance, and two behind nginx. */
final class SocketDrill implements Part {
    private static final int INSTANCES = 2;

    private final EmbeddedMariaDb database;

    SocketDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "sockets";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        boolean isFull = effort == Effort.FULL;
        String server = NodePrograms.server(
                "--database=" + database.jdbcUrl("main"),
                "--user=" + database.user(),
                "--password=" + database.password());
        List<Figure> figures = new ArrayList<>();
        for (int instances = 1; instances <= INSTANCES; instances++) {
            List<String> command = List.of(
                    "drill.mjs",
                    "--start=" + server,
                    "--instances=" + instances,
                    "--terms=" + (isFull ? 10 : 2),
                    "--kills=" + (isFull ? 5 : 1));
            String what = instances == 1 ? "one instance: " : "two instances: ";
            figures.addAll(new NodeRun(name(), what, command).figures());
        }
        return figures;
    }
}
