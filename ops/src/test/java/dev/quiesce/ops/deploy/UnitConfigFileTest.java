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

class UnitConfigFileTest {
    @TempDir
    private Path folder;

    @Test
    void leastThatIsSaid_hasDefaults() throws IOException {
        UnitConfig config = UnitConfigFile.of(settings("""
                service = board
                systemd.unit = quiesce.service
                release.link = /opt/board
                ready.url = http://127.0.0.1:8080/
                """));

        assertThat(config)
                .isEqualTo(new UnitConfig(
                        "board",
                        "quiesce.service",
                        "quiesce.socket",
                        List.of("systemctl"),
                        List.of("journalctl"),
                        Path.of("/opt/board"),
                        "http://127.0.0.1:8080/",
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30),
                        Path.of("/var/lib/quiesce/board"),
                        null,
                        20));
    }

    @Test
    void allMistakes_areInOneMessage() throws IOException {
        SettingsFile settings = settings("""
                service = board
                systemd.unit = quiesce
                systemd.socket = quiesce.service
                upstream.file = /etc/nginx/quiesce/app.conf
                ready.url = 127.0.0.1
                """);

        assertThatThrownBy(() -> UnitConfigFile.of(settings))
                .isInstanceOfSatisfying(
                        OpsException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContainingAll(
                        "has 5 mistakes",
                        "systemd.unit = \"quiesce\": expected the whole name of a unit, such as app.service",
                        "systemd.socket = \"quiesce.service\": expected the whole name of a unit, such as app.socket",
                        "upstream.file is not known",
                        "release.link is missing",
                        "ready.url = \"127.0.0.1\"");
    }

    @Test
    void exitCode_isWhatSystemdSaysOfTheLastMainProcess_andOtherwiseZero() {
        assertThat(Unit.exitCode("bye\nquiesce.service: Deactivated successfully."))
                .isZero();
        assertThat(Unit.exitCode("quiesce.service: Main process exited, code=exited, status=143/n/a"))
                .isEqualTo(143);
        assertThat(Unit.exitCode("quiesce.service: Main process exited, code=killed, status=9/KILL"))
                .isEqualTo(137);
    }

    private SettingsFile settings(String content) throws IOException {
        return SettingsFile.read(Files.writeString(folder.resolve("deploy.properties"), content));
    }
}
