package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.Report.Step;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The schema of the report, version 1. What stands here may be added to, but not changed. */
class ReportJsonTest {
    private static final Instant AT = Instant.parse("2026-11-22T11:22:26.639Z");

    @Test
    void everyComponent_appearsOnce_inTheOrderOfTheStart_withItsSteps() {
        Report report = report(
                Stage.STOPPED,
                "SIGTERM",
                true,
                List.of("pool", "http", "never touched"),
                step("pool", Stage.STARTING, Outcome.COMPLETED, 0, 12),
                step("http", Stage.STARTING, Outcome.COMPLETED, 12, 3),
                new Step(
                        "http",
                        Stage.DRAINING,
                        Outcome.COMPLETED,
                        Duration.ofMillis(1),
                        Duration.ofNanos(1_431_020_999),
                        OptionalLong.of(3),
                        OptionalLong.of(0),
                        null,
                        List.of()));

        assertThat(report.toJson())
                .isEqualTo("{\"schema\":\"quiesce-report/1\",\"at\":\"2026-11-22T11:22:26.639Z\",\"outcome\":\"clean\","
                        + "\"stage\":\"STOPPED\",\"reason\":\"SIGTERM\","
                        + "\"summary\":\"Stopped cleanly in 1483 ms (SIGTERM)\",\"started\":true,\"hurried\":false,"
                        + "\"startMs\":15.000,\"stopMs\":1483.000,\"totalMs\":8000.000,"
                        + "\"stages\":{\"STARTING\":15.000,\"DRAINING\":1431.000},\"components\":["
                        + "{\"name\":\"pool\",\"outcome\":\"COMPLETED\",\"steps\":["
                        + "{\"stage\":\"STARTING\",\"outcome\":\"COMPLETED\",\"beganMs\":0.000,\"tookMs\":12.000}]},"
                        + "{\"name\":\"http\",\"outcome\":\"COMPLETED\",\"steps\":["
                        + "{\"stage\":\"STARTING\",\"outcome\":\"COMPLETED\",\"beganMs\":12.000,\"tookMs\":3.000},"
                        + "{\"stage\":\"DRAINING\",\"outcome\":\"COMPLETED\",\"beganMs\":1.000,\"tookMs\":1431.020,"
                        + "\"inFlightAtBegin\":3,\"inFlightAtEnd\":0}]},"
                        + "{\"name\":\"never touched\",\"outcome\":\"SKIPPED\",\"steps\":[]}]}");
    }

    @Test
    void culprit_isNamed_withItsErrorAndItsStack() {
        StackTraceElement frame = new StackTraceElement("com.example.Pool", "close", "Pool.java", 42);
        StackTraceElement caller = new StackTraceElement("com.example.Pool", "stop", "Pool.java", 7);
        String json = report(
                        Stage.FAILED,
                        "SIGTERM",
                        true,
                        List.of("pool", "http"),
                        fault("http", Outcome.FAILED, new IOException("cannot close"), List.of()),
                        fault("pool", Outcome.OVERRAN, null, List.of(frame, caller)),
                        step("pool", Stage.STOPPING, Outcome.COMPLETED, 9, 1))
                .toJson();

        assertThat(json)
                .contains("\"outcome\":\"faults\"")
                .contains(
                        "\"summary\":\"Stopped with faults in 1483 ms (SIGTERM): http failed while stopping after 9 ms:"
                                + " cannot close; pool overran while stopping after 9 ms with 2 in flight at"
                                + " com.example.Pool.close(Pool.java:42)\"")
                .contains("\"error\":\"cannot close\",\"errorType\":\"java.io.IOException\"")
                .contains("\"stack\":[\"com.example.Pool.close(Pool.java:42)\",\"com.example.Pool.stop(Pool.java:7)\"]")
                .contains("{\"name\":\"pool\",\"outcome\":\"OVERRAN\",");
    }

    @Test
    void causes_areSpokenOf_unlessTheirWordsAreThereAlready() {
        IOException bind = new IOException("port 80 is taken");
        IllegalStateException wrapped = new IllegalStateException("cannot start: port 80 is taken", bind);
        Exception error = new Exception(null, new RuntimeException("bean failed", wrapped));

        assertThat(fault("http", Outcome.FAILED, error, List.of()))
                .hasToString(
                        "http failed while stopping after 9 ms: java.lang.Exception: bean failed: cannot start: port 80 is"
                                + " taken");
    }

    @Test
    void causesInACircle_areSpokenOfOnce() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);

        assertThat(fault("http", Outcome.FAILED, one, List.of()))
                .hasToString("http failed while stopping after 9 ms: one: two");
    }

    @Test
    void outcome_tellsAStartThatFailed_fromAStopWithFaults() {
        Step failed = new Step(
                "http",
                Stage.STARTING,
                Outcome.FAILED,
                Duration.ZERO,
                Duration.ofMillis(4),
                OptionalLong.empty(),
                OptionalLong.empty(),
                new IOException("port 80 is taken"),
                List.of());

        assertThat(report(Stage.FAILED, null, false, List.of("http"), failed).toJson())
                .contains(
                        "\"outcome\":\"start-failed\"", "Start failed: http failed while starting after 4 ms: port 80")
                .doesNotContain("\"reason\"");
        assertThat(report(Stage.FAILED, "SIGTERM", false, List.of("http"), failed)
                        .toJson())
                .contains("\"outcome\":\"faults\"", "Stopped with faults in 1483 ms (SIGTERM)");
    }

    @Test
    void reportBeforeTheEnd_isUnfinished_andHasNoSummary() {
        String json = report(
                        Stage.DRAINING,
                        "SIGTERM",
                        true,
                        List.of("http"),
                        fault("http", Outcome.RUNNING, null, List.of()))
                .toJson();

        assertThat(json)
                .contains("\"outcome\":\"unfinished\",\"stage\":\"DRAINING\"", "\"outcome\":\"RUNNING\"")
                .doesNotContain("summary");
    }

    @Test
    void hurriedShutdown_isNotClean() {
        Report clean = report(Stage.STOPPED, "SIGTERM", true, List.of());
        Report hurried = new Report(
                Stage.STOPPED,
                "SIGTERM",
                true,
                true,
                AT,
                Duration.ZERO,
                Duration.ZERO,
                clean.total(),
                Map.of(),
                List.of(),
                List.of());

        assertThat(hurried.toJson()).contains("\"outcome\":\"hurried\"", "Stopped in a hurry in 0 ms (SIGTERM)");
    }

    @Test
    void text_isEscaped() {
        String odd = "\"quoted\" back\\slash\nline\r\ttab \u0001 \u2028 \ud83d\ude00 é";

        assertThat(report(Stage.STOPPED, odd, true, List.of()).toJson())
                .contains(
                        "\"reason\":\"\\\"quoted\\\" back\\\\slash\\nline\\r\\ttab \\u0001 \\u2028 \\ud83d\\ude00 é\"")
                .doesNotContain("\n");
    }

    private static Report report(
            Stage stage, @Nullable String reason, boolean started, List<String> components, Step... steps) {
        return new Report(
                stage,
                reason,
                started,
                false,
                AT,
                Duration.ofMillis(15),
                Duration.ofMillis(1483),
                Duration.ofSeconds(8),
                Map.of(Stage.DRAINING, Duration.ofMillis(1431), Stage.STARTING, Duration.ofMillis(15)),
                components,
                List.of(steps));
    }

    private static Step step(String component, Stage stage, Outcome outcome, int began, int took) {
        return new Step(
                component,
                stage,
                outcome,
                Duration.ofMillis(began),
                Duration.ofMillis(took),
                OptionalLong.empty(),
                OptionalLong.empty(),
                null,
                List.of());
    }

    private static Step fault(
            String component, Outcome outcome, @Nullable Throwable error, List<StackTraceElement> stack) {
        return new Step(
                component,
                Stage.STOPPING,
                outcome,
                Duration.ZERO,
                Duration.ofMillis(9),
                OptionalLong.of(2),
                OptionalLong.of(2),
                error,
                stack);
    }
}
