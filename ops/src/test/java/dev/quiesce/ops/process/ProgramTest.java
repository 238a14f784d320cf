package dev.quiesce.ops.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.OpsException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void program_returnsWhatItHasSaid_andItsExitCode() throws InterruptedException {
        Program.Result result = Program.run(LONG, List.of("sh", "-c", "echo out; echo err >&2; exit 3", "secret"));

        assertThat(result.out()).isEqualTo("out\n");
        assertThat(result.err()).isEqualTo("err\n");
        assertThat(result.code()).isEqualTo(3);
        assertThatThrownBy(result::orFail)
                .isInstanceOf(OpsException.class)
                .hasMessage("sh -c failed with exit code 3: err");
    }

    @Test
    void programThatDoesNotExist_isNamed() {
        assertThatThrownBy(() -> Program.run(LONG, List.of("there-is-no-such-program")))
                .isInstanceOf(OpsException.class)
                .hasMessageStartingWith("there-is-no-such-program cannot be run: is it installed, and on the PATH?");
    }

    @Test
    void programThatDoesNotEnd_isKilled() {
        assertThatThrownBy(() -> Program.run(Duration.ofMillis(100), List.of("sleep", "60")))
                .isInstanceOf(OpsException.class)
                .hasMessage("sleep 60 has not ended within 100 ms");
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void muchOutput_isReadWhole() throws InterruptedException {
        assertThat(Program.run(LONG, List.of("seq", "100000")).orFail().out()).hasSize(588_895);
    }
}
