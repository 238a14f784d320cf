package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.Samples.PATIENCE;
import static dev.quiesce.lifecycle.Samples.calls;
import static dev.quiesce.lifecycle.Samples.reports;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes and real signals. */
class ProcessHostTest {
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void firstSignal_stopsInOrder_andExitsWith0(String signal) throws Exception {
        try (ServiceProcess process = Samples.start()) {
            process.awaitLine("Ready", PATIENCE);
            process.signal(signal);

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(calls(process))
                    .containsExactly("start pool", "start http", "drain http", "drain pool", "stop http", "stop pool");
            assertThat(process.lastLine()).contains("Stopped cleanly", "(SIG" + signal + ")", "exit code 0");
            assertThat(reports(process))
                    .singleElement(STRING)
                    .contains("\"outcome\":\"clean\"", "\"reason\":\"SIG" + signal);
            assertThat(process.lines().get(process.lines().size() - 2))
                    .endsWith(reports(process).get(0));
        }
    }

    @Test
    void componentThatFailsToStop_exitsWith1_andTheLastLineNamesIt() throws Exception {
        try (ServiceProcess process = Samples.start("bad-stop")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(calls(process)).endsWith("stop http", "stop pool");
            assertThat(process.lastLine()).contains("http failed while stopping", "cannot close", "exit code 1");
        }
    }

    @Test
    void componentThatHangsInItsStop_exitsWith1_andIsNamedWithItsStack() throws Exception {
        try (ServiceProcess process = Samples.start("deaf-stop")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(calls(process)).endsWith("stop http", "stop pool");
            assertThat(process.lastLine())
                    .contains("http overran while stopping", "SampleProcess.spin(", "exit code 1");
            assertThat(reports(process)).singleElement(STRING).contains("\"stack\":[", "SampleProcess.spin(");
        }
    }

    @Test
    void portThatIsTaken_exitsWith2_andTheLastLineSaysWhy() throws Exception {
        try (ServiceProcess process = Samples.start("port-taken")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(calls(process)).endsWith("stop http", "stop pool");
            assertThat(process.lastLine())
                    .contains("Start failed: http failed while starting", "already in use", "exit code 2");
            assertThat(reports(process)).singleElement(STRING).contains("\"outcome\":\"start-failed\"");
        }
    }

    @Test
    void serviceThatCannotBeCreated_exitsWith2_andSaysWhy() throws Exception {
        try (ServiceProcess process = Samples.start("bad-wiring")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(String.join("\n", process.lines()))
                    .contains("cannot be created; exit code 2", "IllegalStateException: no such binding");
            assertThat(calls(process)).isEmpty();
        }
    }

    @Test
    void signalBeforeTheStart_endsAtOnce() throws Exception {
        try (ServiceProcess process = Samples.start("slow-wiring")) {
            process.awaitLine("wiring", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(calls(process)).isEmpty();
        }
    }

    @Test
    void signalDuringTheStart_rollsBack_andExitsWith0() throws Exception {
        try (ServiceProcess process = Samples.start("slow-start")) {
            process.awaitLine("start http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(calls(process))
                    .containsExactly("start pool", "start http", "drain pool", "stop http", "stop pool");
        }
    }

    @Test
    void secondSignal_hurries_stopStillRuns_andTheExitCodeTells() throws Exception {
        try (ServiceProcess process = Samples.start("slow-drain")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");
            process.awaitLine("waiting for http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(128 + 15);
            assertThat(calls(process)).endsWith("drain http", "stop http", "stop pool");
            assertThat(process.lastLine()).contains("Stopped in a hurry", "exit code 143");
        }
    }

    @Test
    void thirdSignal_haltsAtOnce_andWritesAReportAllTheSame(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("report.json");
        Map<String, String> environment = Map.of("QUIESCE_REPORT_FILE", file.toString());
        try (ServiceProcess process = Samples.start(environment, List.of(), "slow-drain", "deaf-stop", "long-total")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");
            process.awaitLine("waiting for http", PATIENCE);
            process.signal("INT");
            process.awaitLine("STOPPING: waiting for http", PATIENCE);
            process.signal("INT");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(128 + 2);
            assertThat(calls(process)).endsWith("stop http");
            assertThat(process.lastLine()).isEqualTo("Halted by a third signal, SIGINT; exit code 130");
            assertThat(reports(process))
                    .singleElement(STRING)
                    .contains("\"outcome\":\"unfinished\",\"stage\":\"STOPPING\"", "SampleProcess.spin(");
            assertThat(Files.readString(file)).isEqualTo(reports(process).get(0) + "\n");
        }
    }

    @Test
    void fiftySignals_makeOneShutdown() throws Exception {
        try (ServiceProcess process = Samples.start()) {
            process.awaitLine("Ready", PATIENCE);
            Process storm = new ProcessBuilder(
                            "sh",
                            "-c",
                            "for i in $(seq 50); do kill -TERM " + process.pid() + " 2>/dev/null; done; true")
                    .start();

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(storm.waitFor()).isZero();
            assertThat(calls(process)).filteredOn("stop pool"::equals).hasSize(1);
        }
    }

    @Test
    void foreignExit_stillStopsInOrderOnce_andKeepsItsCode() throws Exception {
        try (ServiceProcess process = Samples.start("foreign-exit")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(3);
            assertThat(calls(process)).endsWith("drain http", "drain pool", "stop http", "stop pool");
            assertThat(calls(process)).filteredOn("stop pool"::equals).hasSize(1);
            assertThat(process.lastLine())
                    .contains("Stopped cleanly", "(System.exit)", "the JVM exits with the code that it was given");
        }
    }

    @Test
    void shutdownThatDoesNotEnd_isHaltedByTheWatchdog() throws Exception {
        try (ServiceProcess process = Samples.start("hanging-hook")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(process.lines()).anyMatch(line -> line.contains("Stopped cleanly"));
            assertThat(process.lastLine()).isEqualTo("The shutdown has not ended in 5000 ms: halting; exit code 1");
        }
    }

    @Test
    void secondSignal_duringTheStart_cutsAStartThatIsDeaf() throws Exception {
        try (ServiceProcess process = Samples.start("deaf-start")) {
            process.awaitLine("start http", PATIENCE);
            process.signal("TERM");
            process.awaitLine("STARTING: waiting for http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(128 + 15);
            assertThat(calls(process)).endsWith("stop http", "stop pool");
            assertThat(process.lastLine())
                    .contains("http overran while starting")
                    .doesNotContain("after 6");
        }
    }
}
