package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.ops.testing.ComposeHost;
import dev.quiesce.ops.testing.DockerEngine;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.web.testing.RawClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The containers of a small host, started as shipped by docker-compose. */
@Tag("docker")
@Tag("slow")
@ExtendWith(SampleDatabase.Provider.class)
class ComposeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String LIMITS = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}}"
            + " {{.HostConfig.CpuShares}} {{.HostConfig.PidsLimit}} {{.Config.StopTimeout}}";

    private final DockerEngine engine = DockerEngine.shared();
    private final SampleDatabase database;

    @TempDir
    Path folder;

    ComposeIT(SampleDatabase database) {
        this.database = database;
    }

    @Test
    void fourContainers_getTheirLimits_serveThroughNginx_andStopCleanly() throws Exception {
        ComposeHost host = ComposeHost.in(folder, engine, database);
        try {
            host.compose("--profile", "back-end", "up", "--detach").orFail();

            assertThat(inspect(host, "tradurs-back", LIMITS)).isEqualTo("268435456 268435456 1000000000 1024 512 10");
            assertThat(inspect(host, "tradurs-d4", LIMITS)).isEqualTo("134217728 134217728 500000000 1024 128 10");
            assertThat(inspect(host, "nginx-host", LIMITS)).isEqualTo("100663296 100663296 500000000 2048 64 35");
            assertThat(inspect(host, "jenkins", LIMITS)).isEqualTo("536870912 536870912 500000000 128 512 60");
            assertThat(inspect(host, "tradurs-d4", "{{.HostConfig.Init}}")).isEqualTo("true");
            assertThat(inspect(host, "jenkins", "{{.HostConfig.Init}}")).isEqualTo("true");
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(inspect(host, "tradurs-back", "{{.State.Health.Status}}"))
                        .isEqualTo("healthy");
                try (RawClient client = RawClient.connect(
                        URI.create("http://127.0.0.1:" + host.address().getPort()))) {
                    assertThat(client.get("/api/session")).startsWith("HTTP/1.1 200 OK");
                }
            });

            host.compose("--profile", "back-end", "stop").orFail();
            for (String service : List.of("tradurs-back", "tradurs-d4", "nginx-host")) {
                assertThat(inspect(host, service, "{{.State.ExitCode}} {{.State.OOMKilled}}"))
                        .as(service)
                        .isEqualTo("0 false");
            }
            assertThat(host.compose("--profile", "back-end", "logs", "--no-color", "tradurs-back")
                            .orFail()
                            .out())
                    .contains("\"outcome\":\"clean\"");
        } finally {
            host.remove();
        }
    }

    private static String inspect(ComposeHost host, String service, String format) throws InterruptedException {
        return host.inspect(format, host.id(service));
    }
}
