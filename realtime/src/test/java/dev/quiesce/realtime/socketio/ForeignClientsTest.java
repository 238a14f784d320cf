package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.realtime.testing.NodePrograms;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What stock clients of Node see of the server, and what becomes of it under a client that keeps to nothing. */
@Tag("node")
@Tag("slow")
class ForeignClientsTest {
    private static final Path SOURCE = Path.of("src", "test", "node");
    private static final Path COPY = Path.of("target", "node");
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static NodePrograms programs = new NodePrograms(COPY);

    @BeforeAll
    static void install() throws Exception {
        assumeTrue(NodePrograms.areRunnable(), "skipped: no node of version 18 or newer, with npm");
        programs = NodePrograms.install(SOURCE, COPY);
    }

    @Test
    void stockClient_seesNothingElseThanOfNodesOwnServer() throws Exception {
        assertLastLine("116 checks passed, 0 failed", "checks.mjs", "--start=" + NodePrograms.server());
    }

    @Test
    void clientThatKeepsToNothing_getsNo5xx_andLeavesNothing() throws Exception {
        assertLastLine(
                "36 cases passed, 0 faults",
                "hostile.mjs",
                "--start=" + NodePrograms.server(),
                "--fuzz=3000",
                "--seed=1");
    }

    @Test
    void clientOfTheDrill_countsWhatIsMissing() throws Exception {
        try (ServiceProcess node = programs.start("--test", "drill/reception.test.mjs")) {
            assertThat(node.awaitExit(PATIENCE)).as("%s", node.lines()).isZero();
            assertThat(node.lines()).anyMatch(line -> line.matches(".* pass 8"));
        }
    }

    private static void assertLastLine(String expected, String... command) throws Exception {
        try (ServiceProcess node = programs.start(command)) {
            int code = node.awaitExit(PATIENCE);
            String output = String.join("\n", node.lines());
            assertThat(node.lastLine()).as("%s", output).isEqualTo(expected);
            assertThat(code).as("%s", output).isZero();
        }
    }
}
