package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import java.nio.file.Path;
import java.time.Duration;

/** Runs a server in a process of its own until it is told on its standard input to stop, whatever signals arrive. */
final class EmbeddedProgram {
    private EmbeddedProgram() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedMariaDb server =
                new EmbeddedMariaDb(EmbeddedConfig.at(Path.of(arguments[0])).withPort(Integer.parseInt(arguments[1])));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                System.in.read();
                server.stop(Deadline.after(Duration.ofSeconds(10)));
                System.out.println("STOPPED");
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        server.start();
        System.out.println("READY");
        Thread.currentThread().join();
    }
}
