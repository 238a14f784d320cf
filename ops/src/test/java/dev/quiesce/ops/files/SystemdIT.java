package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.ops.process.Program;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.web.testing.InheritingInstance;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.OpenLoad;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The units of systemd that are shipped: read by systemd's own programs, and, since it is not process 1 where tests run, restarts
 * on a listener that another program keeps and hands on as the socket unit does.
 */
@Tag("slow")
@Tag("once")
@ExtendWith(SampleDatabase.Provider.class)
class SystemdIT {
    private static final Path UNITS = Path.of("systemd");
    private static final Path JAR = Path.of("..", "web-app", "target", "quiesce-web-app.jar");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int RESTARTS = 10;
    private static final int PER_SECOND = 50;
    private static final double HIGHEST_EXPOSURE = 2.0;

    @Test
    void systemd_findsNothingWrongWithTheUnits() throws Exception {
        needSystemd();
        Program.Result verified = Program.run(
                PATIENCE, List.of("systemd-analyze", "verify", UNITS + "/quiesce.service", UNITS + "/quiesce.socket"));

        assertThat(verified.said()).isEmpty();
        assertThat(verified.code()).isZero();
    }

    @Test
    void service_isExposedToLittle() throws Exception {
        needSystemd();
        String said = Program.run(
                        PATIENCE, List.of("systemd-analyze", "security", "--offline=yes", UNITS + "/quiesce.service"))
                .orFail()
                .out();
        Matcher exposure = Pattern.compile("exposure level for quiesce.service: (\\d+\\.\\d+)")
                .matcher(said);

        assertThat(exposure.find()).as(said).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).isLessThanOrEqualTo(HIGHEST_EXPOSURE);
    }

    @Test
    void tenRestartsOnAnInheritedPort_underLoad_refuseAndLoseNothing(SampleDatabase database) throws Exception {
        String service = Files.readString(UNITS.resolve("quiesce.service"));
        assertThat(service).contains("\nStandardInput=socket\n", "quiesce-web-app.jar --http-inherited=true\n");
        assertThat(Files.readString(UNITS.resolve("quiesce.socket"))).contains("\nAccept=no\n", "\nBacklog=1024\n");
        // Longer than anybody would wait, as a busy machine is cold after each start: it is refusals that are counted
        // here.
        Launch launch = new Launch(
                JAR, database.environment(), List.of("--admin-port=0", "--drill", "--admission-patience=25s"));

        try (InheritingInstance instance = InheritingInstance.start(launch);
                OpenLoad load = OpenLoad.start(instance.address(), PER_SECOND)) {
            for (int i = 0; i < RESTARTS; i++) {
                load.awaitSent(load.sent() + PER_SECOND);
                load.awaitAnswersSoFar();
                instance.restart();
            }
            load.end();

            assertThat(load.failures()).isEmpty();
            assertThat(load.sent()).isGreaterThan(RESTARTS * PER_SECOND);
            System.out.println(RESTARTS + " restarts, " + load.sent() + " requests, 0 lost, the longest took "
                    + load.longest().toMillis() + " ms");
        }
    }

    private static void needSystemd() throws InterruptedException {
        assumeTrue(
                Program.run(PATIENCE, List.of("sh", "-c", "command -v systemd-analyze"))
                        .isOk(),
                "skipped: no systemd-analyze");
    }
}
