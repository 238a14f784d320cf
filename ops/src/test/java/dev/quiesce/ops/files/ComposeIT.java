package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.ops.process.Program;
import dev.quiesce.ops.testing.DockerEngine;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.web.testing.RawClient;
import dev.quiesce.web.testing.StablePort;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The containers of a small host, started as shipped by docker-compose. The back end and nginx are real; the front end and
 * Jenkins, whose images only a registry has, are a program that sleeps and ends by SIGTERM.
 */
@Tag("docker")
@Tag("slow")
@ExtendWith(SampleDatabase.Provider.class)
class ComposeIT {
    private static final Path FILE = Path.of("compose", "compose.yaml");
    private static final String PROJECT = "quiesce-test-compose";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String LIMITS = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}}"
            + " {{.HostConfig.CpuShares}} {{.HostConfig.PidsLimit}} {{.Config.StopTimeout}}";
    private static final String STAND_INS = """
            services:
              tradurs-d4: &sleeps
                entrypoint: [sh, -c, "trap 'exit 0' TERM; sleep 3600 & wait"]
              jenkins: *sleeps
            """;

    private final DockerEngine engine = DockerEngine.shared();
    private final SampleDatabase database;
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path folder;

    private int port;

    ComposeIT(SampleDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(
                Program.run(PATIENCE, List.of("sh", "-c", "command -v docker-compose"))
                        .isOk(),
                "skipped: no docker-compose");
        port = StablePort.free();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path nginx = Files.createDirectory(folder.resolve("nginx"));
        try (Stream<Path> files = Files.list(Path.of("nginx"))) {
            for (Path file : files.toList()) {
                Files.copy(file, nginx.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        replace(nginx.resolve("nginx.conf"), "127.0.0.1:8000", "127.0.0.1:" + port);
        replace(nginx.resolve("upstream.conf"), "127.0.0.1:8080", "127.0.0.1:" + (port + 1));
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        Map<String, String> settings = database.environment();
        Files.writeString(secrets.resolve("db_main_password"), settings.get("QUIESCE_DB_MAIN_PASSWORD") + "\n");
        Files.writeString(secrets.resolve("db_d4_password"), settings.get("QUIESCE_DB_D4_PASSWORD") + "\n");
        Files.writeString(folder.resolve("stand-ins.yaml"), STAND_INS);
        environment.putAll(Map.of(
                "DOCKER_HOST", engine.host(),
                "APP_IMAGE", SampleImage.build(engine),
                "FRONT_END_IMAGE", engine.baseImage(),
                "JENKINS_IMAGE", engine.baseImage(),
                "NGINX_IMAGE", engine.nginxImage(),
                "NGINX_CONFIGURATION", nginx.toString(),
                "SECRETS", secrets.toString()));
        environment.putAll(Map.of(
                "APP_PORT", Integer.toString(port + 1),
                "APP_ADMIN_PORT", Integer.toString(port + 2),
                "DB_MAIN_URL", settings.get("QUIESCE_DB_MAIN_URL"),
                "DB_D4_URL", settings.get("QUIESCE_DB_D4_URL"),
                "DB_USER", settings.get("QUIESCE_DB_MAIN_USER")));
    }

    @AfterEach
    void remove() throws InterruptedException {
        if (!environment.isEmpty()) {
            compose("down", "--volumes", "--timeout", "5").orFail();
        }
    }

    @Test
    void fourContainers_getTheirLimits_serveThroughNginx_andStopInOrder() throws Exception {
        compose("up", "--detach").orFail();

        assertThat(inspect("tradurs-back", LIMITS)).isEqualTo("268435456 268435456 1000000000 1024 512 10");
        assertThat(inspect("tradurs-d4", LIMITS)).isEqualTo("134217728 134217728 500000000 1024 128 10");
        assertThat(inspect("nginx-host", LIMITS)).isEqualTo("100663296 100663296 500000000 2048 64 35");
        assertThat(inspect("jenkins", LIMITS)).isEqualTo("536870912 536870912 500000000 128 512 60");
        assertThat(inspect("tradurs-d4", "{{.HostConfig.Init}}")).isEqualTo("true");
        assertThat(inspect("jenkins", "{{.HostConfig.Init}}")).isEqualTo("true");
        assertThat(inspect("tradurs-back", "{{.State.Health.Status}}")).isEqualTo("healthy");
        await().atMost(PATIENCE).untilAsserted(() -> {
            try (RawClient client = RawClient.connect(URI.create("http://127.0.0.1:" + port))) {
                assertThat(client.get("/api/session")).startsWith("HTTP/1.1 200 OK");
            }
        });

        compose("stop").orFail();
        for (String service : List.of("tradurs-back", "tradurs-d4", "nginx-host")) {
            assertThat(inspect(service, "{{.State.ExitCode}} {{.State.OOMKilled}}"))
                    .as(service)
                    .isEqualTo("0 false");
        }
        assertThat(compose("logs", "--no-color", "tradurs-back").orFail().out()).contains("\"outcome\":\"clean\"");
    }

    private static void replace(Path file, String old, String other) throws Exception {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, other));
    }

    private String inspect(String service, String format) throws InterruptedException {
        String id = compose("ps", "--quiet", service).orFail().out().strip();
        return engine.docker("inspect", "-f", format, id).orFail().out().strip();
    }

    private Program.Result compose(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("env"));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of(
                "docker-compose",
                "--project-name",
                PROJECT,
                "--file",
                FILE.toString(),
                "--file",
                folder.resolve("stand-ins.yaml").toString()));
        command.addAll(List.of(arguments));
        return Program.run(PATIENCE, command);
    }
}
