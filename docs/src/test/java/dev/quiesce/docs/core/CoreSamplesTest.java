package dev.quiesce.docs.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.Report;
import dev.quiesce.lifecycle.Stage;
import dev.quiesce.lifecycle.StopSequence;
import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.ManualClock;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import dev.quiesce.lifecycle.testing.RecordingComponent.Call;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CoreSamplesTest {
    private final EventLog log = new EventLog();
    private final Lifecycle management = new RecordingComponent("management", log);
    private final Lifecycle sessions = new RecordingComponent("sessions", log);
    private final Lifecycle pool = new RecordingComponent("pool", log);
    private final Lifecycle http = new RecordingComponent("http", log);

    @Test
    void preferredStopSequence_ordersWhatDependenciesLeaveFree() {
        ComponentGraph graph = ComponentGraph.builder()
                .addFoundation("management", management)
                .add("sessions", sessions)
                .add("pool", pool)
                .add("http", http, "pool", "sessions")
                .preferStop(StopSequence.first("http").then("pool").then("sessions"))
                .build();

        assertThat(graph.startOrder()).startsWith("management").endsWith("http");
        assertThat(graph.stopOrder()).containsExactly("http", "pool", "sessions", "management");
    }

    @Test
    void graphThatCannotBeOrdered_isRefused_withThePathOfTheCycle() {
        assertThatThrownBy(() -> ComponentGraph.builder()
                        .add("pool", pool, "http")
                        .add("http", http, "pool")
                        .build())
                .hasMessageContaining("a cycle of dependencies");
    }

    @Test
    void budgets_areCarvedOutOfTheTotal() {
        Budgets budgets = Budgets.ofTotal(Duration.ofSeconds(25))
                .withStart(Duration.ofSeconds(30))
                .withLinger(Duration.ofSeconds(5))
                .withStop(Duration.ofSeconds(6))
                .withStart("pool", Duration.ofSeconds(20))
                .withDrain("http", Duration.ofSeconds(10))
                .withStop("pool", Duration.ofSeconds(2));

        assertThat(budgets.drain()).isEqualTo(Duration.ofSeconds(14));
    }

    @Test
    void report_namesWhatFailed_andAllStopNevertheless() throws Exception {
        RecordingComponent failing = new RecordingComponent("http", log).on(Call.STOP, deadline -> {
            throw new IOException("3 connections were cut");
        });
        ComponentGraph graph = ComponentGraph.builder()
                .add("pool", pool)
                .add("http", failing, "pool")
                .build();

        Coordinator service = Coordinator.of(graph);
        service.start();
        Report report = service.stop("test");

        assertThat(report.faults())
                .singleElement()
                .asString()
                .startsWith("http failed while stopping")
                .endsWith("3 connections were cut");
        assertThat(log.events()).endsWith("stop http", "stop pool");
        assertThat(report.step("pool", Stage.STOPPING)).isPresent();
    }

    @Test
    void listener_isToldOfEachStep() throws Exception {
        ManualClock clock = new ManualClock();
        RecordingComponent slow =
                new RecordingComponent("pool", log).on(Call.START, deadline -> clock.advance(Duration.ofSeconds(3)));
        ComponentGraph graph = ComponentGraph.builder().add("pool", slow).build();
        EventLog alarms = new EventLog();

        Coordinator service = Coordinator.of(graph, Budgets.defaults(), clock).listen(new SlowSteps(alarms::add));
        service.start();
        service.stop("test");

        assertThat(alarms.events()).containsExactly("pool completed while starting after 3000 ms");
    }
}
