package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes and real signals. */
@Execution(ExecutionMode.CONCURRENT)
class ProcessHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void firstSignal_stopsInOrder_andExitsWith0(String signal) throws Exception {
        try (ServiceProcess process = sample()) {
            process.awaitLine("Ready", PATIENCE);
            process.signal(signal);

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(own(process))
                    .containsExactly("start pool", "start http", "drain http", "drain pool", "stop http", "stop pool");
            assertThat(lastLine(process)).contains("Stopped cleanly", "(SIG" + signal + ")", "exit code 0");
        }
    }

    @Test
    void componentThatFailsToStop_exitsWith1_andTheLastLineNamesIt() throws Exception {
        try (ServiceProcess process = sample("bad-stop")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(own(process)).endsWith("stop http", "stop pool");
            assertThat(lastLine(process)).contains("http failed while stopping", "cannot close", "exit code 1");
        }
    }

    @Test
    void componentThatFailsToStart_exitsWith2_andTheLastLineSaysWhy() throws Exception {
        try (ServiceProcess process = sample("bad-start")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(own(process)).endsWith("stop http", "stop pool");
            assertThat(lastLine(process)).contains("http failed while starting", "port 8080 is taken", "exit code 2");
        }
    }

    @Test
    void serviceThatCannotBeCreated_exitsWith2_andSaysWhy() throws Exception {
        try (ServiceProcess process = sample("bad-wiring")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(String.join("\n", process.lines()))
                    .contains("cannot be created; exit code 2", "IllegalStateException: no such binding");
            assertThat(own(process)).isEmpty();
        }
    }

    @Test
    void signalBeforeTheStart_endsAtOnce() throws Exception {
        try (ServiceProcess process = sample("slow-wiring")) {
            process.awaitLine("wiring", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(own(process)).isEmpty();
        }
    }

    @Test
    void signalDuringTheStart_rollsBack_andExitsWith0() throws Exception {
        try (ServiceProcess process = sample("slow-start")) {
            process.awaitLine("start http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(own(process))
                    .containsExactly("start pool", "start http", "drain pool", "stop http", "stop pool");
        }
    }

    @Test
    void secondSignal_hurries_stopStillRuns_andTheExitCodeTells() throws Exception {
        try (ServiceProcess process = sample("slow-drain")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");
            process.awaitLine("waiting for http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(128 + 15);
            assertThat(own(process)).endsWith("drain http", "stop http", "stop pool");
            assertThat(lastLine(process)).contains("Stopped in a hurry", "exit code 143");
        }
    }

    @Test
    void thirdSignal_haltsAtOnce() throws Exception {
        try (ServiceProcess process = sample("slow-drain", "deaf-stop")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");
            process.awaitLine("waiting for http", PATIENCE);
            process.signal("INT");
            process.awaitLine("STOPPING: waiting for http", PATIENCE);
            process.signal("INT");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(128 + 2);
            assertThat(own(process)).endsWith("stop http");
        }
    }

    @Test
    void fiftySignals_makeOneShutdown() throws Exception {
        try (ServiceProcess process = sample()) {
            process.awaitLine("Ready", PATIENCE);
            Process storm = new ProcessBuilder(
                            "sh",
                            "-c",
                            "for i in $(seq 50); do kill -TERM " + process.pid() + " 2>/dev/null; done; true")
                    .start();

            assertThat(process.awaitExit(PATIENCE)).isZero();
            assertThat(storm.waitFor()).isZero();
            assertThat(own(process)).filteredOn("stop pool"::equals).hasSize(1);
        }
    }

    @Test
    void foreignExit_stillStopsInOrderOnce_andKeepsItsCode() throws Exception {
        try (ServiceProcess process = sample("foreign-exit")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(3);
            assertThat(own(process)).endsWith("drain http", "drain pool", "stop http", "stop pool");
        }
    }

    @Test
    void shutdownThatDoesNotEnd_isHaltedByTheWatchdog() throws Exception {
        try (ServiceProcess process = sample("hanging-hook")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(process.lines()).anyMatch(line -> line.contains("Stopped cleanly"));
            assertThat(lastLine(process)).isEqualTo("The shutdown has not ended in 1000 ms: halting; exit code 1");
        }
    }

    @Test
    void secondSignal_duringTheStart_cutsAStartThatIsDeaf() throws Exception {
        try (ServiceProcess process = sample("deaf-start")) {
            process.awaitLine("start http", PATIENCE);
            process.signal("TERM");
            process.awaitLine("STARTING: waiting for http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(128 + 15);
            assertThat(own(process)).endsWith("stop http", "stop pool");
            assertThat(lastLine(process))
                    .contains("http overran while starting")
                    .doesNotContain("after 6");
        }
    }

    @Test
    void jvmThatDoesNotLetSignalsBeTrapped_isSaid() throws Exception {
        try (ServiceProcess process = ServiceProcess.java(SampleProcess.class, List.of("-Xrs"))) {
            assertThat(process.awaitLine("Cannot trap", PATIENCE)).contains("SIGTERM", "SIGINT", "-Xrs");
            process.awaitLine("start http", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(143);
        }
    }

    private static ServiceProcess sample(String... faults) throws Exception {
        return ServiceProcess.java(
                SampleProcess.class, List.of("-Dlogback.configurationFile=logback-process.xml"), faults);
    }

    private static List<String> own(ServiceProcess process) {
        return process.lines().stream()
                .filter(line -> line.matches("(start|drain|stop) \\w+"))
                .toList();
    }

    private static String lastLine(ServiceProcess process) {
        List<String> lines = process.lines();
        return lines.get(lines.size() - 1);
    }
}
