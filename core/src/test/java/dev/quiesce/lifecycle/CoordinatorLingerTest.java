package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.CoordinatorFixture.BUDGETS;
import static dev.quiesce.lifecycle.CoordinatorFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a service goes on serving once it is asked to stop. */
@Timeout(20)
class CoordinatorLingerTest {
    private final CoordinatorFixture on = new CoordinatorFixture();

    @AfterEach
    void endThreads() {
        on.close();
    }

    @Test
    void linger_keepsServing_untilItsTimeIsOver() throws Exception {
        Coordinator service = Coordinator.of(on.graph(), BUDGETS.withLinger(Duration.ofSeconds(2)), on.clock());
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        await(() -> service.stage() == Stage.LINGERING);
        assertThat(on.log().events("quiesce", "drain", "stop")).isEmpty();
        on.clock().advance(Duration.ofSeconds(2));

        assertThat(stop.get().stopTime()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void linger_endsAsSoonAsTrafficIsSeenToHaveGone() throws Exception {
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        Coordinator service = Coordinator.of(
                watched(deadline -> {
                    looking.countDown();
                    gone.await();
                }),
                BUDGETS.withLinger(Duration.ofSeconds(2)),
                on.clock());
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        looking.await();
        on.clock().advance(Duration.ofMillis(300));
        assertThat(service.stage()).isEqualTo(Stage.LINGERING);
        assertThat(on.log().events("quiesce")).isEmpty();
        gone.countDown();

        assertThat(stop.get().stages().get(Stage.LINGERING)).isEqualTo(Duration.ofMillis(300));
        assertThat(stop.get().step("http", Stage.LINGERING).orElseThrow().outcome())
                .isEqualTo(Outcome.COMPLETED);
        assertThat(stop.get().isClean()).isTrue();
    }

    @Test
    void lingerOfNoLength_asksNobody() throws Exception {
        Coordinator service = Coordinator.of(watched(deadline -> on.log().add("linger")), BUDGETS, on.clock());
        service.start();

        assertThat(service.stop("test").step("http", Stage.LINGERING)).isEmpty();
        assertThat(on.log().events("linger")).isEmpty();
    }

    @Test
    void lingerThatHangs_isLeftBehindAtItsEnd_andCutByAHurry() throws Exception {
        for (boolean hurried : List.of(false, true)) {
            CountDownLatch looking = new CountDownLatch(1);
            Coordinator service = Coordinator.of(
                    watched(deadline -> {
                        looking.countDown();
                        on.awaitEnd();
                    }),
                    BUDGETS.withLinger(Duration.ofSeconds(2)),
                    on.clock());
            service.start();
            Future<Report> stop = on.caller().submit(() -> service.stop("test"));
            looking.await();
            if (hurried) {
                service.hurry();
            } else {
                on.clock().advance(Duration.ofSeconds(2));
            }

            assertThat(stop.get().step("http", Stage.LINGERING).orElseThrow().outcome())
                    .isEqualTo(hurried ? Outcome.CUT : Outcome.OVERRAN);
            assertThat(stop.get().step("http", Stage.STOPPING).orElseThrow().outcome())
                    .isEqualTo(Outcome.COMPLETED);
        }
    }

    @Test
    void hurryEndsALingerThatNobodyWatches() throws Exception {
        Coordinator service = Coordinator.of(on.graph(), BUDGETS.withLinger(Duration.ofSeconds(2)), on.clock());
        service.start();
        Future<Report> stop = on.caller().submit(() -> service.stop("test"));
        await(() -> service.stage() == Stage.LINGERING);
        on.clock().advance(Duration.ofMillis(100));
        service.hurry();

        assertThat(stop.get().stages()).containsEntry(Stage.LINGERING, Duration.ofMillis(100));
    }

    private static ComponentGraph watched(Lifecycle.Stop linger) {
        return ComponentGraph.builder()
                .add("http", new Lifecycle() {
                    @Override
                    public void start() {}

                    @Override
                    public void linger(Deadline deadline) throws Exception {
                        linger.stop(deadline);
                    }

                    @Override
                    public void stop(Deadline deadline) {}
                })
                .build();
    }
}
