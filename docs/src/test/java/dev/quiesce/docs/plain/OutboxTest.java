package dev.quiesce.docs.plain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Report;
import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.lifecycle.testing.RecordingComponent;
import dev.quiesce.lifecycle.testing.RecordingComponent.Call;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OutboxTest {

    @Test
    void letterThatWaitsWhenTheServiceStops_isWritten_whileTheJournalIsOpen() throws Exception {
        EventLog log = new EventLog();
        CompletableFuture<Boolean> quiesced = new CompletableFuture<>();
        RecordingComponent journal =
                new RecordingComponent("journal", log).on(Call.QUIESCE, deadline -> quiesced.complete(true));
        Outbox outbox = new Outbox(letter -> {
            quiesced.join();
            log.add("write " + letter);
        });
        Coordinator service = Coordinator.of(ComponentGraph.builder()
                .add("journal", journal)
                .add("outbox", outbox, "journal")
                .build());

        service.start();
        outbox.post("hello");
        Report report = service.stop("test");

        assertThat(log.events())
                .containsExactly("start journal", "quiesce journal", "write hello", "drain journal", "stop journal");
        assertThat(report.isClean()).isTrue();
    }
}
