package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.Samples.PATIENCE;
import static dev.quiesce.lifecycle.Samples.calls;
import static dev.quiesce.lifecycle.Samples.reports;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import org.junit.jupiter.api.Test;

/** Whatever code does that is not ours, the process stops in order and ends, and says who it was. */
class ProcessContainmentTest {

    @Test
    void exitFromAComponentsStart_rollsBack_keepsItsCode_andIsNamed() throws Exception {
        try (ServiceProcess process = Samples.start("exit-in-start")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(3);
            assertThat(calls(process))
                    .containsExactly("start pool", "start http", "drain pool", "stop http", "stop pool");
            assertThat(process.lastLine()).contains("http failed while starting", "it called System.exit");
        }
    }

    @Test
    void exitFromAComponentsDrain_stopsInOrderOnce_keepsItsCode_andIsNotWaitedFor() throws Exception {
        try (ServiceProcess process = Samples.start("exit-in-drain")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(3);
            assertThat(calls(process))
                    .containsExactly("start pool", "start http", "drain http", "drain pool", "stop http", "stop pool");
            assertThat(process.lastLine()).contains("http failed while draining", "it called System.exit");
            assertThat(reports(process)).singleElement(STRING).containsPattern("\"stopMs\":\\d{1,3}\\.");
        }
    }

    @Test
    void errorOfTheJvm_inAStart_isAFailedStart() throws Exception {
        try (ServiceProcess process = Samples.start("no-memory-in-start")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(calls(process)).endsWith("stop http", "stop pool");
            assertThat(process.lastLine()).contains("http failed while starting", "as if there were none");
        }
    }

    @Test
    void errorOfTheJvm_inAStop_keepsNobodyFromStopping() throws Exception {
        try (ServiceProcess process = Samples.start("no-memory-in-stop")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(calls(process)).endsWith("stop http", "stop pool");
        }
    }

    @Test
    void foreignThreadThatIsNoDaemon_keepsTheProcessFromNothing() throws Exception {
        try (ServiceProcess process = Samples.start("foreign-thread")) {
            process.awaitLine("Ready", PATIENCE);
            process.signal("TERM");

            assertThat(process.awaitExit(PATIENCE)).isZero();
        }
    }

    @Test
    void creationThatThrows_endsTheProcess_thoughAForeignThreadRuns() throws Exception {
        try (ServiceProcess process = Samples.start("foreign-thread", "bad-wiring")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
        }
    }

    @Test
    void errorInTheWiring_endsTheProcess_thoughAForeignThreadRuns() throws Exception {
        try (ServiceProcess process = Samples.start("foreign-thread", "no-memory-in-wiring")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
        }
    }

    @Test
    void mainThatThrows_endsTheProcess_withTheCodeOfTheJvm() throws Exception {
        try (ServiceProcess process = Samples.start("main-throws")) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(calls(process)).isEmpty();
        }
    }
}
