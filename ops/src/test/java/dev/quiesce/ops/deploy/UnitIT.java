package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.ops.testing.RealSystemd;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real systemd and its journal say of a unit. */
@Tag("slow")
@Tag("once")
class UnitIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String USERS = "XDG_RUNTIME_DIR=/run/user/0 exec systemctl --user \"$@\"";
    private static final String BRIEF = """
            [Service]
            ExecStart=sh -c 'echo The reason; %s; exit 3'
            StandardOutput=journal
            """;

    @Test
    void logOfAStart_hasTheLinesOfAMainProcessThatEndedBeforeTheJournalReadThem(@TempDir Path folder) throws Exception {
        try (RealSystemd systemd = RealSystemd.boot(folder)) {
            systemd.install("brief.service", BRIEF.formatted("true"));
            Unit unit = unit(systemd, folder, "systemctl");

            systemd.run("systemctl", "kill", "--signal=STOP", "systemd-journald.service");
            systemd.run("systemctl", "start", "brief.service");
            await().atMost(PATIENCE).until(() -> unit.state().active().equals("failed"));
            systemd.run("systemctl", "kill", "--signal=CONT", "systemd-journald.service");

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(unit.log(unit.state()).orElseThrow())
                            .contains("The reason\n", "Main process exited, code=exited, status=3"));
        }
    }

    @Test
    void unitOfAUser_hasWhatItWrote_andWhatItsManagerWroteOfIt(@TempDir Path folder) throws Exception {
        try (RealSystemd systemd = RealSystemd.boot(folder)) {
            systemd.install("user@0.service", """
                    [Service]
                    Type=notify
                    Slice=user-0.slice
                    Environment=XDG_RUNTIME_DIR=/run/user/0 SYSTEMD_UNIT_PATH=%1$s/units/user:%1$s/units
                    ExecStartPre=mkdir -p /run/user/0
                    ExecStart=/lib/systemd/systemd --user --unit=basic.target --log-target=journal
                    Delegate=yes
                    StandardOutput=journal
                    """.formatted(folder));
            systemd.install("user/brief.service", BRIEF.formatted("sleep 1"));
            systemd.run("systemctl", "start", "user@0.service");
            Unit unit = unit(systemd, folder, "sh", "-c", USERS, "systemctl");

            systemd.run("sh", "-c", USERS, "systemctl", "start", "brief.service");
            await().atMost(PATIENCE).until(() -> unit.state().active().equals("failed"));

            await().atMost(PATIENCE).untilAsserted(() -> {
                String log = unit.log(unit.state()).orElseThrow();
                assertThat(log).contains("The reason\n");
                assertThat(Unit.exitCode(log)).isEqualTo(3);
            });
        }
    }

    private static Unit unit(RealSystemd systemd, Path folder, String... systemctl) {
        return new Unit(new UnitConfig(
                "brief",
                "brief.service",
                "brief.socket",
                systemd.command(systemctl),
                systemd.command("journalctl"),
                folder.resolve("current"),
                "http://127.0.0.1:0/",
                PATIENCE,
                PATIENCE,
                folder.resolve("state"),
                null,
                1));
    }
}
