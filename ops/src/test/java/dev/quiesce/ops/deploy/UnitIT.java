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
                    .untilAsserted(() -> assertThat(log(unit, unit.state()))
                            .contains("The reason\n", "Main process exited, code=exited, status=3"));
        }
    }

    @Test
    void logOfAStart_hasTheLastLinesThatTheJournalReadAfterTheNextStart(@TempDir Path folder) throws Exception {
        try (RealSystemd systemd = RealSystemd.boot(folder)) {
            // After a second the journal looks anew at what it knows of a process.
            systemd.install("brief.service", """
                    [Service]
                    ExecStart=sh -c 'trap "sleep 1.5; echo The last words; exit 3" TERM; echo Ready; while sleep 0.1; do :; done'
                    StandardOutput=journal
                    """);
            Unit unit = unit(systemd, folder, "systemctl");
            systemd.run("systemctl", "start", "brief.service");
            Unit.State before = unit.state();
            await().atMost(PATIENCE).until(() -> log(unit, before).contains("Ready\n"));

            systemd.run("systemctl", "kill", "--signal=STOP", "systemd-journald.service");
            systemd.run("systemctl", "restart", "brief.service");
            assertThat(unit.state().invocation()).isNotEqualTo(before.invocation());
            systemd.run("systemctl", "kill", "--signal=CONT", "systemd-journald.service");

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(log(unit, before)).contains("The last words\n"));
            assertThat(Unit.exitCode(log(unit, before))).isEqualTo(3);
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
                String log = log(unit, unit.state());
                assertThat(log).contains("The reason\n");
                assertThat(Unit.exitCode(log)).isEqualTo(3);
            });
        }
    }

    private static String log(Unit unit, Unit.State state) throws InterruptedException {
        return unit.log(state.invocation(), state.mainProcess()).orElseThrow();
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
