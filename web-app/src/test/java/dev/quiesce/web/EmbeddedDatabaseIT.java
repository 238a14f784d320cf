package dev.quiesce.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with an embedded MariaDB of its own, which is frozen or kept from one start to the next. */
class EmbeddedDatabaseIT {

    @Test
    void embeddedDatabase_startsWithTheService_keepsItsData_andEndsWithIt(@TempDir Path folder) throws Exception {
        Map<String, String> environment = environment(folder);
        String transaction = "/drill/tx?ms=0&id=" + UUID.randomUUID();
        long server;
        try (RunningService service = RunningService.ready(environment, Map.of())) {
            server = embeddedServer(service);
            assertThat(service.postAsync(service.http(transaction)).get().statusCode())
                    .isEqualTo(200);
            assertThat(service.terminate()).isZero();
            assertThat(service.log("Stopped").stream().map(line -> line.replaceAll(" in \\d+ ms.*", "")))
                    .containsSubsequence("Stopped pool main", "Stopped embedded database");
        }
        assertThat(ProcessHandle.of(server)).isEmpty();
        try (RunningService service = RunningService.ready(environment, Map.of())) {
            assertThat(service.postAsync(service.http(transaction)).get().statusCode())
                    .as("the same transaction again")
                    .isEqualTo(409);
            assertThat(service.terminate()).isZero();
        }
    }

    @Test
    void databaseThatHangs_failsThePoolsByName_andCostsNobodyElseItsStop(@TempDir Path folder) throws Exception {
        try (RunningService service = RunningService.ready(
                environment(folder),
                Map.of(
                        "QUIESCE_SHUTDOWN_TIMEOUT",
                        "3s",
                        "QUIESCE_ADMISSION_PATIENCE",
                        "1m",
                        "QUIESCE_DB_MAIN_ACQUIRE_TIMEOUT",
                        "30s"))) {
            long server = embeddedServer(service);
            signal("STOP", server);
            try {
                var unanswered = service.postAsync(service.http("/drill/tx?ms=0&id=" + UUID.randomUUID()));
                service.awaitInFlight(1);
                long begun = System.nanoTime();
                assertThat(service.terminate()).isEqualTo(1);

                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(RunningService.GRACE_PERIOD);
                assertThat(service.reportedStopTime()).isLessThan(Duration.ofMillis(3300));
                assertThat(service.log("Stopped").stream().map(line -> line.replaceAll(" in \\d+ ms.*", "")))
                        .contains("Stopped sockets", "Stopped sessions", "Stopped container", "Stopped management");
                assertThat(service.lastLine())
                        .contains(
                                "Stopped with faults",
                                "http failed while draining",
                                "POST /drill/tx",
                                "pool main failed while draining",
                                "exit code 1");
                assertThat(unanswered).isCompletedExceptionally();
            } finally {
                ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private static Map<String, String> environment(Path folder) {
        return Map.of(
                "QUIESCE_HTTP_HOST", "127.0.0.1",
                "QUIESCE_HTTP_PORT", "0",
                "QUIESCE_ADMIN_PORT", "0",
                "QUIESCE_DRILL", "true",
                "QUIESCE_DB_EMBEDDED", "bundled",
                "QUIESCE_DB_EMBEDDED_DATA", folder.resolve("data").toString());
    }

    private static long embeddedServer(RunningService service) {
        List<ProcessHandle> children = ProcessHandle.of(service.process().pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(child -> child.info().command().orElse("").endsWith("mariadbd"))
                .toList();
        assertThat(children).hasSize(1);
        return children.get(0).pid();
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
