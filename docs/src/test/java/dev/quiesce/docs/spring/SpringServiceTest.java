package dev.quiesce.docs.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.docs.OpenRequest;
import dev.quiesce.docs.Output;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpringServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Test
    void requestInFlightAtSigterm_isAnswered_andTheExitCodeIs0() throws Exception {
        try (ServiceProcess service = onPort(0)) {
            int port = Output.port(service.awaitLine("Tomcat started on port", PATIENCE));
            service.awaitLine("Ready after", PATIENCE);
            assertThat(readiness(port)).isEqualTo(200);
            try (OpenRequest letter = OpenRequest.post(port, "/letters", "hello")) {
                service.awaitLine("Receiving a letter", PATIENCE);
                service.signal("TERM");
                service.awaitLine("Stopping: SIGTERM", PATIENCE);
                assertThat(readinessOnceFallen(port)).isEqualTo(503);
                service.awaitLine("Commencing graceful shutdown", PATIENCE);

                assertThat(letter.finish()).startsWith("HTTP/1.1 200").endsWith("Accepted: hello");
            }
            assertThat(service.awaitExit(PATIENCE)).isZero();
            assertThat(Output.last(service)).contains("Stopped cleanly", "(SIGTERM)", "exit code 0");
        }
    }

    @Test
    void portThatIsTaken_failsTheStart_andTheLastLineSaysSo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServiceProcess service = onPort(taken.getLocalPort())) {
            assertThat(service.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(Output.last(service))
                    .contains("spring failed while starting", "Port " + taken.getLocalPort() + " is already in use")
                    .endsWith("exit code 2");
        }
    }

    private static ServiceProcess onPort(int port) throws IOException {
        return ServiceProcess.java(
                SpringService.class,
                List.of("-XX:TieredStopAtLevel=1"),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--spring.main.banner-mode=off");
    }

    /** Asks until the listener has been told, which happens on a thread of its own. */
    private static int readinessOnceFallen(int port) throws Exception {
        int status = readiness(port);
        while (status == 200) {
            status = readiness(port);
        }
        return status;
    }

    private static int readiness(int port) throws Exception {
        HttpRequest probe = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ready"))
                .build();
        return CLIENT.send(probe, BodyHandlers.discarding()).statusCode();
    }
}
