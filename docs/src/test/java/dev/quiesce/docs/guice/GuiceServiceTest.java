package dev.quiesce.docs.guice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.docs.Output;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuiceServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void componentsStartAndStop_inTheOrderOfTheInjectionGraph_withoutAnyWarning() throws Exception {
        try (ServiceProcess service = ServiceProcess.java(GuiceService.class, List.of())) {
            service.awaitLine("Ready after", PATIENCE);
            service.signal("TERM");

            assertThat(service.awaitExit(PATIENCE)).isZero();
            assertThat(Output.events(service))
                    .containsExactly(
                            "Coordinator Starting n components",
                            "Coordinator Started journal in n ms",
                            "Coordinator Started writing in n ms",
                            "Coordinator Started reminders in n ms",
                            "Coordinator Ready after n ms",
                            "Coordinator Stopping: SIGTERM; at most n ms",
                            "Coordinator Stopping reminders",
                            "Coordinator Stopped reminders in n ms",
                            "Coordinator Stopping writing",
                            "Coordinator Stopped writing in n ms",
                            "Coordinator Stopping journal",
                            "Coordinator Stopped journal in n ms",
                            "ProcessHost Stopped cleanly in n ms (SIGTERM); exit code 0");
            assertThat(service.lines()).noneMatch(line -> line.contains("WARN"));
        }
    }
}
