package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecordingTest {
    @TempDir
    private Path folder;

    @Test
    void everyStep_isAnEvent_withItsOutcomeAndItsLength() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Path file = folder.resolve("steps.jfr");
        try (CoordinatorFixture on = new CoordinatorFixture();
                Recording recording = new Recording()) {
            recording.start();
            Coordinator service = on.coordinator(ComponentGraph.builder()
                    .add("pool", Lifecycle.of(() -> {}, deadline -> on.hang(entered)))
                    .add("jobs", new WorkGuard(), "pool"));
            service.start();
            Future<Report> stop = on.caller().submit(() -> service.stop("test"));
            entered.await();
            on.clock().advance(CoordinatorFixture.BUDGETS.total());
            stop.get();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.quiesce.Step"))
                .toList();

        assertThat(events)
                .extracting(
                        event -> event.getString("component"),
                        event -> event.getString("stage"),
                        event -> event.getString("outcome"))
                .containsExactlyInAnyOrder(
                        tuple("pool", "STARTING", "COMPLETED"),
                        tuple("jobs", "STARTING", "COMPLETED"),
                        tuple("jobs", "QUIESCING", "COMPLETED"),
                        tuple("jobs", "DRAINING", "COMPLETED"),
                        tuple("jobs", "STOPPING", "COMPLETED"),
                        tuple("pool", "STOPPING", "OVERRAN"));
        assertThat(events)
                .extracting(RecordedEvent::getDuration)
                .allMatch(length -> length.compareTo(Duration.ZERO) > 0);
    }
}
