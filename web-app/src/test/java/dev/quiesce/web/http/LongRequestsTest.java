package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.EventLog;
import dev.quiesce.web.http.LongRequests.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told to end, when, and how often. */
@Timeout(60)
class LongRequestsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final LongRequests requests = new LongRequests();
    private final EventLog log = new EventLog();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        requests.stop(Deadline.after(LONG));
    }

    @Test
    void quiesce_tellsEveryRequestOnce_andTheDrainWaitsUntilAllHaveEnded() throws Exception {
        Registration poll = requests.register("GET /poll", () -> log.add("end poll"));
        Registration stream = requests.register("GET /stream", () -> log.add("end stream"));
        assertThat(requests.inFlight()).hasValue(2);
        assertThat(log.events()).isEmpty();
        requests.quiesce();
        requests.quiesce();
        await().until(() -> log.events().size() == 2);
        Future<?> drain = drain();
        poll.close();
        assertThat(drain.isDone()).isFalse();
        stream.close();

        drain.get();
        requests.stop(Deadline.after(LONG));
        assertThat(log.events()).containsExactlyInAnyOrder("end poll", "end stream");
        assertThat(requests.inFlight()).hasValue(0);
    }

    @Test
    void requestThatComesAfterTheQuiesce_isToldAtOnce_andWaitedFor() throws Exception {
        requests.quiesce();
        CountDownLatch told = new CountDownLatch(1);
        Registration late = requests.register("GET /late", told::countDown);
        told.await();
        Future<?> drain = drain();
        assertThatThrownBy(() -> drain.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        late.close();

        drain.get();
    }

    @Test
    void requestThatHasEnded_isNotTold() throws Exception {
        Registration ended = requests.register("GET /ended", () -> log.add("end ended"));
        requests.register("GET /other", () -> log.add("end other"));
        ended.close();
        ended.close();
        assertThat(requests.inFlight()).hasValue(1);
        requests.stop(Deadline.after(LONG));

        assertThat(log.events()).containsExactly("end other");
    }

    @Test
    void requestMayEnd_whileItIsTold() throws Exception {
        CompletableFuture<Registration> registered = new CompletableFuture<>();
        registered.complete(
                requests.register("GET /poll", () -> registered.join().close()));
        requests.quiesce();

        requests.drain(Deadline.after(LONG));
    }

    @Test
    void callsThatThrowOrBlock_keepNobodyFromBeingTold_norTheQuiesceFromReturning() throws Exception {
        CountDownLatch mayReturn = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 200; i++) {
            requests.register("GET /told", told::incrementAndGet);
            if (i % 20 == 0) {
                requests.register("GET /blocks", () -> awaitForEver(mayReturn));
                requests.register("GET /throws", () -> {
                    throw new IllegalStateException("of the test");
                });
                requests.register("GET /fails", () -> {
                    throw new AssertionError("of the test");
                });
            }
        }
        Future<?> quiesce = threads.submit(requests::quiesce);

        quiesce.get(10, TimeUnit.SECONDS);
        await().until(() -> told.get() == 200);
        mayReturn.countDown();
    }

    @Test
    void drainThatRunsOut_namesThoseThatHaveNotEnded() {
        requests.register("GET /deaf", () -> {});
        requests.quiesce();

        assertThatThrownBy(() -> requests.drain(Deadline.after(Duration.ofMillis(20))))
                .isInstanceOf(TimeoutException.class)
                .hasMessageMatching("1 in flight: GET /deaf \\(\\d+ ms\\)");
    }

    @Test
    void stop_interruptsACallThatHangs_andSaysSo_ifEvenThatIsOfNoUse() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        requests.register("GET /hangs", () -> {
            entered.countDown();
            while (mayReturn.getCount() > 0) {
                try {
                    mayReturn.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
        });
        requests.quiesce();
        entered.await();

        assertThatThrownBy(() -> requests.stop(Deadline.after(Duration.ofMillis(200))))
                .isInstanceOf(TimeoutException.class)
                .hasMessageMatching("requests that were told to end have not returned from that:"
                        + " 1 in flight: GET /hangs \\(\\d+ ms\\)");
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        mayReturn.countDown();
    }

    @Test
    void requestThatComesAfterTheStop_isRefused() throws Exception {
        requests.stop(Deadline.after(LONG));

        assertThatIllegalStateException()
                .isThrownBy(() -> requests.register("GET /late", () -> log.add("told")))
                .withMessage("GET /late came when the service had stopped");
        assertThat(requests.inFlight()).hasValue(0);
        assertThat(log.events()).isEmpty();
    }

    @Test
    void requestsThatRegisterWhileTheServiceQuiesces_areAllTold_once() throws Exception {
        for (int race = 0; race < 2000; race++) {
            LongRequests racing = new LongRequests();
            List<AtomicInteger> told = race(racing, racing::quiesce);

            assertThat(told).hasSize(2 * 8);
            await().pollInterval(Duration.ofMillis(1)).until(() -> told.stream().allMatch(times -> times.get() > 0));
            racing.stop(Deadline.after(LONG));
            assertThat(told).allSatisfy(times -> assertThat(times).hasValue(1));
        }
    }

    @Test
    void requestsThatRegisterWhileTheServiceStops_areToldOnce_orRefused() throws Exception {
        for (int race = 0; race < 1000; race++) {
            LongRequests racing = new LongRequests();
            List<AtomicInteger> told = race(racing, () -> racing.stop(Deadline.after(LONG)));

            assertThat(told).allSatisfy(times -> assertThat(times).hasValue(1));
            assertThat(racing.inFlight()).hasValue(told.size());
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Lets two threads register eight requests each while a third acts, and returns how often each that was taken was told. */
    private List<AtomicInteger> race(LongRequests racing, Action action) throws Exception {
        CyclicBarrier together = new CyclicBarrier(3);
        List<Future<List<AtomicInteger>>> registering = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
            registering.add(threads.submit(() -> {
                together.await();
                List<AtomicInteger> taken = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    AtomicInteger times = new AtomicInteger();
                    if (isTaken(racing, times)) {
                        taken.add(times);
                    }
                }
                return taken;
            }));
        }
        together.await();
        action.run();
        List<AtomicInteger> told = new ArrayList<>();
        for (Future<List<AtomicInteger>> taken : registering) {
            told.addAll(taken.get());
        }
        return told;
    }

    private static boolean isTaken(LongRequests racing, AtomicInteger times) {
        try {
            racing.register("GET /racing", times::incrementAndGet);
            return true;
        } catch (IllegalStateException stopped) {
            return false;
        }
    }

    private Future<?> drain() {
        return threads.submit(() -> {
            requests.drain(Deadline.after(LONG));
            return null;
        });
    }

    private static void awaitForEver(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
