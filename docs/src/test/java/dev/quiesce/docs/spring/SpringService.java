package dev.quiesce.docs.spring;

import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.ProcessHost;
import java.time.Duration;
import org.springframework.boot.SpringApplication;

/** A Spring Boot application that Quiesce starts and stops. */
final class SpringService {
    private SpringService() {}

    public static void main(String[] args) {
        ProcessHost host = ProcessHost.trapSignals();
        SpringContext spring = new SpringContext(new SpringApplication(LetterBox.class), args);
        ComponentGraph.Builder graph = ComponentGraph.builder().add("spring", spring);
        Budgets budgets = Budgets.ofTotal(Duration.ofSeconds(8)).withLinger(Duration.ofSeconds(1));
        host.runAndExit(() -> Coordinator.of(graph.build(), budgets).listen(spring));
    }
}
