package dev.quiesce.docs.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.docs.OpenRequest;
import dev.quiesce.docs.Output;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void letterInFlightAtSigterm_isWritten_andTheServiceStopsInOrderWithCode0() throws Exception {
        try (ServiceProcess service = ServiceProcess.java(PlainService.class, List.of())) {
            int port = Output.port(service.awaitLine("Listening on port", PATIENCE));
            service.awaitLine("Ready after", PATIENCE);
            try (OpenRequest letter = OpenRequest.post(port, "/letters", "hello")) {
                service.awaitLine("Receiving a letter", PATIENCE);
                service.signal("TERM");
                service.awaitLine("Stopping: SIGTERM", PATIENCE);

                assertThat(letter.finish()).startsWith("HTTP/1.1 202");
            }
            assertThat(service.awaitExit(PATIENCE)).isZero();
            assertThat(Output.events(service))
                    .containsExactly(
                            "Coordinator Starting n components",
                            "Coordinator Started journal in n ms",
                            "Coordinator Started outbox in n ms",
                            "Coordinator Started requests in n ms",
                            "Http Listening on port n",
                            "Coordinator Started http in n ms",
                            "Coordinator Ready after n ms",
                            "Http Receiving a letter",
                            "Coordinator Stopping: SIGTERM; at most n ms",
                            "Journal Wrote 'hello'",
                            "Coordinator Stopping http",
                            "Coordinator Stopped http in n ms",
                            "Coordinator Stopping requests",
                            "Coordinator Stopped requests in n ms",
                            "Coordinator Stopping outbox",
                            "Coordinator Stopped outbox in n ms",
                            "Coordinator Stopping journal",
                            "Journal Closed with n letters",
                            "Coordinator Stopped journal in n ms",
                            "ProcessHost Stopped cleanly in n ms (SIGTERM); exit code 0");
        }
    }
}
