package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class StopReportTest {
    @Test
    void lastReportOfTheLog_counts() {
        StopReport report = of(0, """
                2026-01-01T00:00:00Z INFO  Report  {"schema":"quiesce-report/1","outcome":"failed","summary":"Before"}
                2026-01-02T00:00:00Z INFO  Report  {"schema":"quiesce-report/1","outcome":"clean","summary":"Stopped cleanly in 9 ms (SIGTERM)"}
                2026-01-02T00:00:00Z INFO  Host    exit code 0
                """);

        assertThat(report.isClean()).isTrue();
        assertThat(report).hasToString("app-blue has stopped with exit code 0: Stopped cleanly in 9 ms (SIGTERM)");
    }

    @Test
    void reportThatIsNotClean_isNotClean_whateverTheExitCode() {
        String log = "{\"schema\":\"quiesce-report/1\",\"outcome\":\"forced\",\"summary\":\"2 requests were cut\"}";

        assertThat(of(0, log).isClean()).isFalse();
    }

    @Test
    void reportThatIsCutOff_isNotClean() {
        assertThat(of(0, "{\"schema\":\"quiesce-report/1\",\"outcome\":\"cle").isClean())
                .isFalse();
    }

    @Test
    void serviceThatWritesNoReport_isJudgedByItsExitCode() {
        assertThat(of(0, "bye").isClean()).isTrue();
        assertThat(of(143, "").isClean()).isTrue();
        assertThat(of(137, "").isClean()).isFalse();
        assertThat(of(1, "").isClean()).isFalse();
    }

    @Test
    void logThatCannotBeRead_leavesTheExitCode() {
        StopReport report = StopReport.of("app-blue", "docker logs app-blue", 0, Optional.empty());

        assertThat(report.isClean()).isTrue();
        assertThat(report.summary()).isEqualTo("its log cannot be read, so neither can its report");
    }

    private static StopReport of(int exitCode, String log) {
        return StopReport.of("app-blue", "docker logs app-blue", exitCode, Optional.of(log));
    }
}
