package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.testing.DockerEngine;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.ops.testing.SampleImage;
import dev.quiesce.web.testing.RawClient;
import dev.quiesce.web.testing.StablePort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The image of the sample service as it runs on a small host: process 1, not root, nothing to write to, 256 MB. */
@Tag("docker")
@Tag("slow")
@ExtendWith(SampleDatabase.Provider.class)
class ImageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NAME = "quiesce-test-image";
    private static final String LIMIT = "256m";
    private static final int LARGEST_IMAGE = 180_000_000;
    private static final int MOST_RESIDENT_KB = 100 * 1024;
    private static final int STARTS = 5;

    private final DockerEngine engine = DockerEngine.shared();
    private final SampleDatabase database;
    private String image = "";
    private int port;

    ImageIT(SampleDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void build() throws Exception {
        image = SampleImage.build(engine);
        engine.remove(NAME);
    }

    @AfterEach
    void remove() throws InterruptedException {
        engine.remove(NAME);
    }

    @Test
    void dockerStop_whileARequestIsServed_answersIt_andExitsWith0_withACompleteReport() throws Exception {
        run();
        try (RawClient client = RawClient.connect(URI.create("http://127.0.0.1:" + port))) {
            client.send("GET /drill/sleep?ms=700 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await().atMost(PATIENCE).until(() -> lifecycle().contains("\"requestsInFlight\":1"));
            engine.docker("stop", NAME).orFail();

            assertThat(client.answer()).startsWith("HTTP/1.1 200 OK").endsWith("held for 700 ms\n");
        }
        assertThat(inspect(".State.ExitCode")).isEqualTo("0");
        Map<String, Object> report = report();
        assertThat(report)
                .containsEntry("schema", "quiesce-report/1")
                .containsEntry("outcome", "clean")
                .containsEntry("stage", "STOPPED")
                .containsEntry("reason", "SIGTERM")
                .containsEntry("hurried", false);
        assertThat(((List<?>) report.get("components"))
                        .stream().map(component -> String.valueOf(((Map<?, ?>) component).get("name"))))
                .contains("management", "container", "pool main", "pool d4", "sessions", "sockets", "http");
        assertThat(logs().get(logs().size() - 1)).matches(".*Stopped cleanly in \\d+ ms \\(SIGTERM\\); exit code 0");
    }

    @Test
    void image_isSmall_andRunsAsProcess1_whoIsNotRoot_andWritesNothing() throws Exception {
        assertThat(Long.parseLong(engine.docker("image", "inspect", "-f", "{{.Size}}", image)
                        .orFail()
                        .out()
                        .strip()))
                .isLessThan(LARGEST_IMAGE);
        run();

        assertThat(inside("cat", "/proc/1/cmdline")).startsWith("/opt/jre/bin/java\0@/opt/archive/jvm.options\0-jar");
        assertThat(inside("id", "-u")).isEqualTo("65532\n");
        assertThat(engine.docker("diff", NAME).orFail().out()).isEmpty();
    }

    /** JNA could unpack its library nowhere. */
    @Test
    void whatClosesThePortWithoutALoss_isThere_thoughNothingCanBeWritten() throws Exception {
        run();

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(inside("cat", "/proc/1/maps")).contains("/opt/native/libjnidispatch.so"));
        assertThat(logs()).noneMatch(line -> line.contains("may be lost"));
    }

    @Test
    void health_followsReadiness() throws Exception {
        run();
        await().atMost(PATIENCE).until(() -> inspect(".State.Health.Status").equals("healthy"));
        assertThat(inspect("(index .State.Health.Log 0).Output")).isEqualTo("ready");

        assertThat(engine.docker(
                                "exec",
                                "-e",
                                "QUIESCE_ADMIN_PORT=1",
                                NAME,
                                "/opt/jre/bin/java",
                                "@/opt/health/jvm.options",
                                "-cp",
                                "/opt/health",
                                "HealthCheck")
                        .code())
                .isEqualTo(1);
    }

    @Test
    void atRest_itTakesLessThan100MbOf256() throws Exception {
        run();
        Path status = Path.of("/proc", inspect(".State.Pid"), "status");

        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> residentKb(status) < MOST_RESIDENT_KB);
        System.out.println("image: "
                + engine.docker("image", "inspect", "-f", "{{.Size}}", image)
                        .orFail()
                        .out()
                        .strip() + " bytes");
        System.out.println("resident memory at rest: " + residentKb(status) + " KB");
    }

    /**
     * How long it takes is measured and not asserted: whatever else the machine does adds to it. What Docker takes before the
     * process begins is told apart, and nothing asks Docker meanwhile, since its client takes a processor for a while. Without
     * the paths of the drill, as it is shipped.
     */
    @Test
    void archive_isUsed_andTheStartIsMeasuredFromTheBeginOfTheContainer() throws Exception {
        List<Long> ofDocker = new ArrayList<>();
        List<Long> ofContainer = new ArrayList<>();
        List<Long> ofComponents = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            port = StablePort.free();
            Instant asked = Instant.now();
            try (ServiceProcess client =
                    ServiceProcess.start(Path.of("").toAbsolutePath(), Map.of(), engine.command(command(List.of())))) {
                String ready = client.awaitLine("Ready after", PATIENCE);
                ofComponents.add(Long.parseLong(ready.replaceFirst(".*Ready after (\\d+) ms.*", "$1")));
            }
            assertThat(logs())
                    .as("an archive that is of no use is warned of")
                    .noneMatch(line -> line.contains("[warning]"));
            Instant began = Instant.parse(inspect(".State.StartedAt"));
            ofDocker.add(Duration.between(asked, began).toMillis());
            ofContainer.add(Duration.between(began, readyAt()).toMillis());
            engine.remove(NAME);
        }
        print("docker run to begin of the container", ofDocker);
        print("begin of the container to ready", ofContainer);
        print("... of it from the first component to ready", ofComponents);
    }

    private Instant readyAt() throws InterruptedException {
        String ready = engine.docker("logs", "--timestamps", NAME)
                .orFail()
                .out()
                .lines()
                .filter(line -> line.contains("Ready after"))
                .findAny()
                .orElseThrow();
        return Instant.parse(ready.substring(0, ready.indexOf(' ')));
    }

    private static void print(String what, List<Long> millis) {
        System.out.println(what + ": " + millis.stream().sorted().toList() + " ms");
    }

    /** Runs the service and waits until it is ready. */
    private void run() throws Exception {
        port = StablePort.free();
        List<String> detached = new ArrayList<>(command(List.of("-e", "QUIESCE_DRILL=true")));
        detached.add(1, "-d");
        engine.docker(detached).orFail();
        await().atMost(PATIENCE).until(() -> logs().stream().anyMatch(line -> line.contains("Ready after")));
    }

    private List<String> command(List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                "run",
                "--name",
                NAME,
                "--network",
                "host",
                "--read-only",
                "--memory",
                LIMIT,
                "--memory-swap",
                LIMIT,
                "-e",
                "QUIESCE_HTTP_HOST=127.0.0.1",
                "-e",
                "QUIESCE_HTTP_PORT=" + port,
                "-e",
                "QUIESCE_ADMIN_PORT=" + adminPort()));
        database.environment().forEach((name, value) -> command.addAll(List.of("-e", name + "=" + value)));
        command.addAll(options);
        command.add(image);
        return command;
    }

    private int adminPort() {
        return port + 1;
    }

    private String lifecycle() throws IOException {
        try (RawClient client = RawClient.connect(URI.create("http://127.0.0.1:" + adminPort()))) {
            return client.get("/lifecycle");
        }
    }

    private Map<String, Object> report() throws Exception {
        List<String> reports = logs().stream()
                .filter(line -> line.contains("{\"schema\":\"quiesce-report/1\""))
                .toList();
        assertThat(reports).hasSize(1);
        return JSON.std.mapFrom(reports.get(0).substring(reports.get(0).indexOf('{')));
    }

    private List<String> logs() throws InterruptedException {
        return engine.docker("logs", NAME).orFail().out().lines().toList();
    }

    private String inspect(String field) throws InterruptedException {
        return engine.docker("inspect", "-f", "{{" + field + "}}", NAME)
                .orFail()
                .out()
                .strip();
    }

    private String inside(String... command) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of("exec", NAME));
        all.addAll(List.of(command));
        return engine.docker(all).orFail().out();
    }

    private static int residentKb(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .sum();
    }
}
