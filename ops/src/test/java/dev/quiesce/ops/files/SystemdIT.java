package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.ops.process.Program;
import dev.quiesce.ops.testing.FreePort;
import dev.quiesce.ops.testing.RealSystemd;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.web.testing.OpenLoad;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The units of systemd that are shipped: read by systemd's own programs, and run by a real one.
 */
@Tag("slow")
@Tag("once")
@ExtendWith(SampleDatabase.Provider.class)
class SystemdIT {
    private static final Path UNITS = Path.of("systemd");
    private static final Path DISTRIBUTION = Path.of("..", "web-app", "target", "quiesce-web-app.tar.gz");
    private static final Path OPTIONS = Path.of("docker", "jvm.options");
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
    void tenRestartsByARealSystemd_underLoad_refuseAndLoseNothing(SampleDatabase database, @TempDir Path folder)
            throws Exception {
        int port = FreePort.find();
        try (RealSystemd systemd = RealSystemd.boot(folder)) {
            install(systemd, database, folder, port);
            systemd.run("systemctl", "start", "quiesce.socket", "quiesce.service");
            String process = property(systemd, "MainPID");
            assertThat(systemd.run("stat", "--format=%u", "/proc/" + process).strip())
                    .isNotEqualTo("0");

            try (OpenLoad load = OpenLoad.start(new InetSocketAddress("127.0.0.1", port), PER_SECOND)) {
                for (int i = 0; i < RESTARTS; i++) {
                    load.awaitSent(load.sent() + PER_SECOND);
                    load.awaitAnswersSoFar();
                    // As an operator who is not in such a hurry would not have to.
                    systemd.run("systemctl", "reset-failed", "quiesce.service");
                    systemd.run("systemctl", "restart", "quiesce.service");
                }
                load.end();

                assertThat(load.failures()).isEmpty();
                assertThat(load.sent()).isGreaterThan(RESTARTS * PER_SECOND);
                System.out.println(RESTARTS + " restarts, " + load.sent() + " requests, 0 lost, the longest took "
                        + load.longest().toMillis() + " ms");
            }
            assertThat(log(systemd).lines().filter(line -> line.endsWith("(SIGTERM); exit code 0")))
                    .hasSize(RESTARTS);
        }
    }

    @Test
    void aServiceThatIsKilled_isStartedAgain_andWhoeverComesMeanwhileIsServed(
            SampleDatabase database, @TempDir Path folder) throws Exception {
        int port = FreePort.find();
        try (RealSystemd systemd = RealSystemd.boot(folder)) {
            install(systemd, database, folder, port);
            systemd.run("systemctl", "start", "quiesce.socket", "quiesce.service");
            systemd.run("systemctl", "kill", "--signal=KILL", "quiesce.service");

            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/drill/sleep?ms=0"))
                                    .timeout(PATIENCE)
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(property(systemd, "NRestarts")).isEqualTo("1");
            assertThat(log(systemd)).contains("Main process exited, code=killed, status=9/KILL");
        }
    }

    /** As the comments of the units say, but for the port, and for what the load asks for. */
    private static void install(RealSystemd systemd, SampleDatabase database, Path folder, int port) throws Exception {
        systemd.run("tar", "--extract", "--file=" + DISTRIBUTION.toRealPath(), "--directory=/opt");
        systemd.run("cp", OPTIONS.toRealPath().toString(), "/opt/quiesce-web-app/jvm.options");
        systemd.run("mkdir", "/etc/quiesce");
        Map<String, String> settings = new HashMap<>(database.environment());
        for (String pool : List.of("main", "d4")) {
            Path password = folder.resolve(pool + ".password");
            Files.writeString(password, settings.remove("QUIESCE_DB_" + pool.toUpperCase(Locale.ROOT) + "_PASSWORD"));
            systemd.run("cp", password.toString(), "/etc/quiesce");
            systemd.run("chmod", "600", "/etc/quiesce/" + password.getFileName());
        }
        settings.putAll(Map.of(
                "QUIESCE_DRILL", "true",
                "QUIESCE_ADMIN_PORT", "0",
                // Longer than anybody would wait, as a busy machine is cold after each start.
                "QUIESCE_ADMISSION_PATIENCE", "25s"));
        Path environment = folder.resolve("quiesce.env");
        Files.write(
                environment,
                settings.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .toList());
        systemd.run("cp", environment.toString(), "/etc/quiesce");
        systemd.install("quiesce.socket", Files.readString(UNITS.resolve("quiesce.socket")));
        systemd.install("quiesce.service", Files.readString(UNITS.resolve("quiesce.service")));
        systemd.install("quiesce.socket.d/port.conf", "[Socket]\nListenStream=\nListenStream=127.0.0.1:" + port + "\n");
    }

    private static String property(RealSystemd systemd, String name) throws InterruptedException {
        return systemd.run("systemctl", "show", "--value", "--property=" + name, "quiesce.service")
                .strip();
    }

    private static String log(RealSystemd systemd) throws InterruptedException {
        return systemd.run("journalctl", "--quiet", "--output=cat", "--unit=quiesce.service");
    }

    private static void needSystemd() throws InterruptedException {
        assumeTrue(
                Program.run(PATIENCE, List.of("sh", "-c", "command -v systemd-analyze"))
                        .isOk(),
                "skipped: no systemd-analyze");
    }
}
