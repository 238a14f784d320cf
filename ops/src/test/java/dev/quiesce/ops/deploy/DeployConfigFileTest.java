package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployConfigFileTest {
    private static final String LEAST = """
            service = app
            run.options = --network host --env QUIESCE_HTTP_PORT={port} --label of={service}-{colour}
            blue.port = 8081
            green.port = 8082
            ready.url = http://127.0.0.1:{port}/
            upstream.file = /etc/nginx/quiesce/app.conf
            upstream.content = upstream app { server 127.0.0.1:{port}; keepalive 16; }
            """;

    private static final String SOCKET = """
            service = app
            run.options = --network host --env QUIESCE_HTTP_SOCKET=/var/lib/quiesce/app/{colour}.sock
            ready.url = http://unix:/var/lib/quiesce/app/{colour}.sock:/
            upstream.socket = /var/lib/quiesce/app/app.sock
            """;

    @TempDir
    private Path folder;

    @Test
    void leastThatIsSaid_hasDefaults() throws IOException {
        DeployConfig config = DeployConfigFile.read(write(LEAST));

        assertThat(config.readyTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.switchTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.stopTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.warmRequests()).isEqualTo(20);
        assertThat(config.nginx()).containsExactly("nginx");
        assertThat(config.nginxPid()).isEqualTo(Path.of("/run/nginx.pid"));
        assertThat(config.state()).isEqualTo(Path.of("/var/lib/quiesce/app"));
        assertThat(config.probe()).isNull();
    }

    @Test
    void places_areFilledForEachColour() throws IOException {
        DeployConfig config = DeployConfigFile.read(write(LEAST + "run.command = --version={image}\n"));

        assertThat(config.container(Colour.GREEN)).isEqualTo("app-green");
        assertThat(config.readyUrl(Colour.BLUE)).isEqualTo("http://127.0.0.1:8081/");
        assertThat(config.warmUrl(Colour.GREEN)).isEqualTo("http://127.0.0.1:8082/");
        assertThat(config.upstream(Colour.GREEN)).isEqualTo("upstream app { server 127.0.0.1:8082; keepalive 16; }\n");
        assertThat(config.runOptions(Colour.BLUE, "app:1"))
                .isEqualTo(List.of("--network", "host", "--env", "QUIESCE_HTTP_PORT=8081", "--label", "of=app-blue"));
        assertThat(config.runCommand(Colour.BLUE, "app:1")).containsExactly("--version=app:1");
    }

    @Test
    void nginxInAContainer_isToldByDocker() throws IOException {
        DeployConfig config = DeployConfigFile.read(write(LEAST + "nginx.container = nginx-host\n"));

        assertThat(config.nginx()).containsExactly("docker", "exec", "nginx-host", "nginx");
        assertThat(config.nginxPid()).isNull();
    }

    @Test
    void nginxInAContainer_thatIsStartedInAWayOfItsOwn_isToldByThatCommand() throws IOException {
        DeployConfig config = DeployConfigFile.read(write(LEAST + """
                nginx.container = nginx-host
                nginx.command = nginx -p /run/nginx -e stderr -c /etc/nginx/nginx.conf
                """));

        assertThat(config.nginx())
                .containsExactly(
                        "docker",
                        "exec",
                        "nginx-host",
                        "nginx",
                        "-p",
                        "/run/nginx",
                        "-e",
                        "stderr",
                        "-c",
                        "/etc/nginx/nginx.conf");
    }

    @Test
    void commandOfNginx_thatCannotBeRunInItsContainer_isRefused() throws IOException {
        Path twice = write(LEAST + "nginx.container = nginx-host\nnginx.command = docker exec nginx-host nginx\n");
        assertThatThrownBy(() -> DeployConfigFile.read(twice))
                .hasMessageContaining(
                        "nginx.command begins with docker, but nginx.container has it run in the container");

        Path empty = write(LEAST + "nginx.command =\n");
        assertThatThrownBy(() -> DeployConfigFile.read(empty)).hasMessageContaining("nginx.command is empty");
    }

    @Test
    void shippedFile_saysForBlue_whatTheShippedFileOfNginxSays() throws IOException {
        DeployConfig config = DeployConfigFile.read(Path.of("compose", "deploy.properties"));

        assertThat(config.upstream(Colour.BLUE)).isEqualTo(Files.readString(Path.of("nginx", "upstream.conf")));
        assertThat(config.container(Colour.BLUE)).isEqualTo("tradurs-back-blue");
    }

    @Test
    void allMistakes_areInOneMessage() throws IOException {
        Path file = write("""
                service = my app
                run.options = --rm --restart always --env A={a} --env PORT={port}
                blue.port = 8081
                blue.only = 1
                green.port = 8081
                warm.requests = many
                ready.timeout = 60
                stop.timout = 10s
                ready.url = 127.0.0.1:8081
                upstream.content = upstream app { server 127.0.0.1:8081; }
                probe.url = ftp://127.0.0.1/
                nginx.container = nginx-host
                nginx.pid = /run/nginx.pid
                """);

        assertThatThrownBy(() -> DeployConfigFile.read(file))
                .isInstanceOfSatisfying(
                        OpsException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageStartingWith(file + " has 15 mistakes; nothing has been done:\n")
                .hasMessageContainingAll(
                        "stop.timout is not known",
                        "service = \"my app\"",
                        "ready.url = \"127.0.0.1:8081\": expected an address such as",
                        "run.options has --rm, which a deploy decides itself",
                        "run.options has --restart always",
                        "ready.url is the same for both colours",
                        "upstream.content says the same for both colours",
                        "nginx.pid and nginx.container exclude each other",
                        "ready.timeout = \"60\": expected a time such as 500ms, 60s or 2m",
                        "warm.requests = \"many\": expected a number from 0 to 100000",
                        "upstream.file is missing",
                        "probe.url = \"ftp://127.0.0.1/\"",
                        "green.only is missing: blue.only is there",
                        "run.options has {a}, but there is neither blue.a nor green.a",
                        "blue.port and green.port are the same (8081)");
    }

    @Test
    void socketOfNginx_leadsToThatOfAColour_andNeedsNoFile() throws IOException {
        DeployConfig config = DeployConfigFile.read(write(SOCKET));

        assertThat(config.switching())
                .isEqualTo(new Switch.Socket(Path.of("/var/lib/quiesce/app/app.sock"), "{colour}.sock"));
        assertThat(config.socket(Colour.GREEN)).isEqualTo(Path.of("green.sock"));
        assertThat(config.readyUrl(Colour.BLUE)).isEqualTo("http://unix:/var/lib/quiesce/app/blue.sock:/");
        assertThat(config.longestRequest()).isNull();
    }

    @Test
    void socketThatCannotBeSwitched_isRefused() throws IOException {
        Path file = write(SOCKET.replace("/var/lib/quiesce/app/app.sock", "/run/app/app.sock") + """
                upstream.target = app.sock
                upstream.file = /etc/nginx/quiesce/app.conf
                switch.longest-request = 10s
                """);

        assertThatThrownBy(() -> DeployConfigFile.read(file))
                .hasMessageStartingWith(file + " has 4 mistakes; nothing has been done:\n")
                .hasMessageContainingAll(
                        "upstream.file and upstream.socket exclude each other",
                        "switch.longest-request and upstream.socket exclude each other",
                        "upstream.socket = \"/run/app/app.sock\": a reboot empties /run",
                        "upstream.target is the same for both colours");
    }

    @Test
    void fileThatIsNotThere_isNamed() {
        Path file = folder.resolve("none.properties");

        assertThatThrownBy(() -> DeployConfigFile.read(file))
                .isInstanceOf(OpsException.class)
                .hasMessageStartingWith(file + " cannot be read");
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("deploy.properties"), content);
    }
}
