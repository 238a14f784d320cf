package dev.quiesce.benchmarks;

import ch.qos.logback.classic.Level;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.ProcessHost;
import dev.quiesce.lifecycle.WorkGuard;
import java.util.OptionalLong;

/** A service that has nothing to do, but goes through all stages. */
final class IdleService {
    private IdleService() {}

    public static void main(String[] args) {
        ProcessHost host = ProcessHost.trapSignals();
        Logging.from(Level.INFO);
        ComponentGraph.Builder graph = ComponentGraph.builder()
                .add("pool", new Pool())
                .add("requests", new WorkGuard(), "pool")
                .add("http", Lifecycle.of(() -> {}, deadline -> {}), "requests");
        host.runAndExit(() -> Coordinator.of(graph.build()));
    }

    private static final class Pool implements Lifecycle {
        @Override
        public void start() {}

        @Override
        public void quiesce() {}

        @Override
        public void drain(Deadline deadline) {}

        @Override
        public void stop(Deadline deadline) {}

        @Override
        public OptionalLong inFlight() {
            return OptionalLong.of(0);
        }
    }
}
