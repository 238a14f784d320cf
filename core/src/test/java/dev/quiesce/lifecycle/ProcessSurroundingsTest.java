package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.Samples.PATIENCE;
import static dev.quiesce.lifecycle.Samples.calls;
import static dev.quiesce.lifecycle.Samples.reports;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM, the log and the platform that a process finds itself in. */
class ProcessSurroundingsTest {
    private static final List<String> ORDERED =
            List.of("start pool", "start http", "drain http", "drain pool", "stop http", "stop pool");

    @TempDir
    private Path folder;

    @Test
    void jvmThatDoesNotLetSignalsBeTrapped_isSaid() throws Exception {
        try (ServiceProcess process = Samples.start(Map.of(), List.of("-Xrs"))) {
            assertThat(process.awaitLine("Cannot trap", PATIENCE)).contains("SIGTERM", "SIGINT", "without -Xrs");
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(143);
        }
    }

    @Test
    void jvmWithoutSignals_stopsInOrder_byAHook_andSaysSo() throws Exception {
        List<String> options = List.of("--limit-modules", "java.base,java.xml,java.naming,java.management,jdk.jfr");
        try (ServiceProcess process = Samples.start(Map.of(), options)) {
            assertThat(process.awaitLine("Cannot trap", PATIENCE))
                    .contains("SIGTERM", "by a shutdown hook", "add the module jdk.unsupported");
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(143);
            assertThat(calls(process)).isEqualTo(ORDERED);
            assertThat(process.lastLine())
                    .contains("Stopped cleanly", "(exit of the JVM)", "the code that it was given");
        }
    }

    @Test
    void jvmWithoutFlightRecorder_isNoObstacle() throws Exception {
        List<String> options =
                List.of("--limit-modules", "java.base,java.xml,java.naming,java.management,jdk.unsupported");
        try (ServiceProcess process = Samples.start(Map.of(), options)) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(calls(process)).isEqualTo(ORDERED);
        }
    }

    @Test
    void everyLine_isWritten_alsoByJavaUtilLogging() throws Exception {
        List<String> command = ServiceProcess.javaCommand(
                SampleProcess.class, List.of("-Dslf4j.provider=org.slf4j.jul.JULServiceProvider"));
        try (ServiceProcess process = ServiceProcess.start(Path.of("").toAbsolutePath(), Map.of(), command)) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.lines())
                    .anyMatch(line -> line.contains("Stopped http"))
                    .anyMatch(line -> line.contains("Stopped pool"));
            assertThat(reports(process)).hasSize(1);
            assertThat(process.lastLine()).contains("Stopped cleanly", "exit code 0");
        }
    }

    @Test
    void foreignExit_saysHowItWent_thoughJavaUtilLoggingEndsAtTheSameTime() throws Exception {
        List<String> command = ServiceProcess.javaCommand(
                SampleProcess.class, List.of("-Dslf4j.provider=org.slf4j.jul.JULServiceProvider"), "foreign-exit");
        try (ServiceProcess process = ServiceProcess.start(Path.of("").toAbsolutePath(), Map.of(), command)) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(3);
            assertThat(calls(process)).isEqualTo(ORDERED);
            assertThat(reports(process)).isNotEmpty();
            assertThat(process.lastLine()).contains("Stopped cleanly", "System.exit");
        }
    }

    @Test
    void firstProcessOfAContainer_stopsLikeAnyOther() throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child"));
        assumeTrue(runs(command, "true"), "skipped: no right to make a process namespace");
        command.addAll(ServiceProcess.javaCommand(SampleProcess.class, Samples.withLogback(List.of())));
        try (ServiceProcess process = ServiceProcess.start(Path.of("").toAbsolutePath(), Map.of(), command)) {
            process.awaitLine("Ready", PATIENCE);
            ProcessHandle first = ProcessHandle.of(process.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow();
            assertThat(runs(List.of("kill", "-TERM"), Long.toString(first.pid())))
                    .isTrue();

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(calls(process)).isEqualTo(ORDERED);
            assertThat(process.lastLine()).contains("Stopped cleanly", "exit code 0");
        }
    }

    @Test
    void report_isWrittenToTheFileThatTheEnvironmentNames() throws Exception {
        Path file = folder.resolve("termination-log");
        Files.writeString(file, "left by somebody else, and longer than a line of it ".repeat(100));
        try (ServiceProcess process = Samples.start(Map.of("QUIESCE_REPORT_FILE", file.toString()), List.of())) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(Files.readString(file)).isEqualTo(reports(process).get(0) + "\n");
        }
    }

    @Test
    void reportThatCannotBeWritten_isSaid_andChangesNothing() throws Exception {
        Path file = folder.resolve("nowhere").resolve("report.json");
        try (ServiceProcess process = Samples.start(Map.of("QUIESCE_REPORT_FILE", file.toString()), List.of())) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.lines()).anyMatch(line -> line.contains("The report cannot be written to " + file));
            assertThat(process.lastLine()).contains("Stopped cleanly");
        }
    }

    @Test
    void graceThatIsTooShort_isRefused_beforeAnythingStarts() throws Exception {
        try (ServiceProcess process = Samples.start(Map.of("QUIESCE_PLATFORM_GRACE", "5s"), List.of())) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(calls(process)).isEmpty();
            assertThat(process.lastLine())
                    .contains(
                            "Not started: The shutdown may take 8000 ms, but the platform kills after 5000 ms",
                            "exit code 2");
        }
    }

    @Test
    void graceThatIsOnlyAssumed_isWarnedOf() throws Exception {
        Map<String, String> kubernetes = Map.of("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        try (ServiceProcess process = Samples.start(kubernetes, List.of(), "long-total")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.lines()).anyMatch(line -> line.contains("the platform kills after 30000 ms"));
        }
    }

    @Test
    void systemd_isToldOfReadinessAndStop_andHowLongThatMayTake() throws Exception {
        assumeTrue(runs(List.of("systemd-notify"), "--version"), "skipped: no systemd-notify");
        Path socket = folder.resolve("notify");
        try (ServiceProcess systemd = NotifySocket.listen(socket)) {
            systemd.awaitLine("listening", PATIENCE);
            Map<String, String> environment = Map.of("NOTIFY_SOCKET", socket.toString());
            try (ServiceProcess process = Samples.start(environment, List.of(), "bad-stop")) {
                systemd.awaitLine("READY=1", PATIENCE);
                process.signal("TERM");
                assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            }
            systemd.awaitLine("STOPPING=1", PATIENCE);

            assertThat(systemd.lines())
                    .as("how it ended may come too late to be told")
                    .filteredOn(line -> !line.startsWith("BARRIER"))
                    .startsWith(
                            "listening",
                            "STATUS=Starting EXTEND_TIMEOUT_USEC=60000000",
                            "READY=1 STATUS=Ready",
                            "STOPPING=1 STATUS=Stopping EXTEND_TIMEOUT_USEC=8000000");
        }
    }

    @Test
    void systemdThatCannotBeTold_isSaidOnce_andChangesNothing() throws Exception {
        assumeTrue(runs(List.of("systemd-notify"), "--version"), "skipped: no systemd-notify");
        String nobody = folder.resolve("nobody").toString();
        try (ServiceProcess process = Samples.start(Map.of("NOTIFY_SOCKET", nobody), List.of())) {
            process.awaitLine("systemd asked to be notified, but", PATIENCE);
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(process.lines())
                    .filteredOn(line -> line.contains("systemd asked to be notified, but"))
                    .hasSize(1);
        }
    }

    private static boolean runs(List<String> command, String argument) throws InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.add(argument);
        try {
            Process process = new ProcessBuilder(whole)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
