package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What becomes of entries, with a keeper that can be held up. */
@Timeout(30)
class LogThreadTest {
    private static final int LARGEST_BATCH = 10;
    private static final int ADDERS = 4;
    private static final int ENTRIES = 5000;

    private final LogThread thread = new LogThread(1000, LARGEST_BATCH);
    private final List<List<Entry>> batches = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private volatile boolean looksFreely = true;
    private final AtomicInteger ends = new AtomicInteger();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final LogThread.Keeper keeper = new LogThread.Keeper() {
        @Override
        public Duration patience() {
            return Duration.ofMinutes(1);
        }

        @Override
        public void keep(List<Entry> entries) throws InterruptedException {
            if (!entries.isEmpty()) {
                batches.add(entries);
            }
            if (!entries.isEmpty() || !looksFreely) {
                mayGoOn.await();
            }
        }

        @Override
        public void end() {
            ends.incrementAndGet();
        }
    };

    @BeforeEach
    void listen() {
        logged.start();
        logger().addAppender(logged);
    }

    @AfterEach
    void end() throws Exception {
        mayGoOn.countDown();
        thread.stop(in(10_000));
        logger().detachAppender(logged);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(LogThread.class);
    }

    private static Deadline in(long millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    private static Entry.Emission event(String text) {
        return new Entry.Emission("/", Audience.ALL, new Json.Written(text, List.of()), true, false, null, null);
    }

    @Test
    void whatWaits_isHandledAtOnce_inOrder_upToTheLargestBatch() throws Exception {
        thread.start(keeper);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            entries.add(new Entry.Rooms(null, Set.of(), Set.of(), new CompletableFuture<>()));
        }
        thread.add(entries.get(0));
        await().until(() -> batches.size() == 1);
        entries.subList(1, 14).forEach(thread::add);
        mayGoOn.countDown();
        thread.drain(in(10_000), () -> false);

        assertThat(batches).containsExactly(entries.subList(0, 1), entries.subList(1, 11), entries.subList(11, 14));
        assertThat(thread.waiting()).isZero();
    }

    @Test
    void moreEventsThanMayWait_areRefused_untilSomeHaveBeenHandled_andOtherEntriesNeverAre() {
        thread.start(keeper);
        assertThat(thread.add(event("x".repeat(700)))).isTrue();
        assertThat(thread.add(event("x"))).isFalse();
        assertThat(thread.add(new Entry.Rooms(null, Set.of(), Set.of(), new CompletableFuture<>())))
                .isTrue();
        mayGoOn.countDown();

        await().until(() -> thread.add(event("x".repeat(700))));
    }

    @Test
    void draining_waitsForWhatWasAddedBefore_andSaysWhatIsLeft() throws Exception {
        thread.drain(in(10), () -> false);
        thread.start(keeper);
        thread.drain(in(10_000), () -> false);
        thread.add(event("x"));

        assertThatThrownBy(() -> thread.drain(in(50), () -> false))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("1 entries of the log had not been handled at the deadline");
        thread.drain(in(10_000), () -> true);
        mayGoOn.countDown();
        thread.drain(in(10_000), () -> false);
        assertThat(thread.waiting()).isZero();
    }

    @Test
    void aMarkBehindWhichNothingWaits_isPassed_beforeTheKeeperDoesWhatItDoesWithoutEntries() throws Exception {
        looksFreely = false;
        thread.start(keeper);

        thread.drain(in(10_000), () -> false);
    }

    @Test
    void aMarkThatFails_isLogged_andNothingElseStops() throws Exception {
        mayGoOn.countDown();
        thread.start(keeper);
        thread.add(new Entry.Mark(() -> {
            throw new IllegalStateException("on purpose");
        }));
        thread.add(event("x"));
        thread.drain(in(10_000), () -> false);

        assertThat(batches).hasSize(1);
        assertThat(logged.list).hasSize(1);
    }

    @Test
    void marksArePassed_whenNothingBeforeThemCanBeHandled() throws Exception {
        thread.start(keeper);
        thread.add(event("x"));
        await().until(() -> batches.size() == 1);
        CompletableFuture<Void> reached = new CompletableFuture<>();
        thread.add(new Entry.Mark(() -> reached.complete(null)));
        assertThat(reached).isNotDone();

        thread.passMarks();
        assertThat(reached).isCompleted();
    }

    @Test
    void stopping_handlesEverything_andThenTheEnd() throws Exception {
        thread.start(keeper);
        for (int i = 0; i < 4; i++) {
            thread.add(event("x"));
        }
        mayGoOn.countDown();

        assertThat(thread.stop(in(10_000))).isTrue();
        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(4);
        assertThat(ends).hasValue(1);
        assertThat(thread.stop(in(10_000))).isTrue();
    }

    @Test
    void whatIsAddedWhileItStops_isHandled_orRefused() throws Exception {
        mayGoOn.countDown();
        thread.start(keeper);
        AtomicInteger added = new AtomicInteger();
        List<CompletableFuture<Void>> adders = new ArrayList<>();
        CountDownLatch half = new CountDownLatch(ADDERS * ENTRIES / 2);
        for (int i = 0; i < ADDERS; i++) {
            adders.add(CompletableFuture.runAsync(() -> {
                for (int j = 0; j < ENTRIES; j++) {
                    CompletableFuture<Void> done = new CompletableFuture<>();
                    thread.add(new Entry.Rooms(null, Set.of(), Set.of(), done));
                    half.countDown();
                    if (!done.isDone()) {
                        added.incrementAndGet();
                    }
                }
            }));
        }
        assertThat(half.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(thread.stop(in(10_000))).isTrue();
        for (CompletableFuture<Void> adder : adders) {
            adder.get(10, TimeUnit.SECONDS);
        }

        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(added.get());
    }

    @Test
    void aStopThatTakesTooLong_isAbandoned_andTheThreadSaysNothingAfterThat() throws Exception {
        thread.start(keeper);
        thread.add(event("x"));
        await().until(() -> batches.size() == 1);

        assertThat(thread.stop(in(50))).isFalse();
        assertThat(thread.waiting()).isOne();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(each -> each.getName().equals("socket-log")));
        assertThat(ends).hasValue(0);
        assertThat(logged.list).isEmpty();
    }

    @Test
    void aKeeperThatFails_isLogged_andNothingIsTakenAnyMore() {
        LogThread failing = new LogThread(1000, LARGEST_BATCH);
        failing.start(new LogThread.Keeper() {
            @Override
            public Duration patience() {
                return Duration.ofMinutes(1);
            }

            @Override
            public void keep(List<Entry> entries) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void end() {
                ends.incrementAndGet();
            }
        });
        CompletableFuture<Void> published = new CompletableFuture<>();
        CompletableFuture<Void> joined = new CompletableFuture<>();
        failing.add(
                new Entry.Emission("/", Audience.ALL, new Json.Written("x", List.of()), true, false, null, published));
        failing.add(new Entry.Rooms(null, Set.of(), Set.of(), joined));

        await().untilAsserted(() -> assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement()
                .asString()
                .startsWith("The log of the sockets has failed: "));
        await().until(() -> published.isCompletedExceptionally() && joined.isDone());
        assertThatThrownBy(() -> failing.drain(in(1000), () -> false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("on purpose");
        assertThatThrownBy(() -> failing.stop(in(10_000)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("entries are lost")
                .hasMessageContaining("on purpose");
        await().untilAsserted(() -> assertThatThrownBy(() -> failing.add(event("x")))
                .hasMessage("nothing can be sent any more: the log of the sockets has ended"));
        assertThat(ends).hasValue(0);
    }

    @Test
    void afterTheEnd_whoAsksForAnAnswer_getsIt() throws Exception {
        mayGoOn.countDown();
        thread.start(keeper);
        thread.stop(in(10_000));
        OneAnswer answer = new OneAnswer(Duration.ofMinutes(1), new CompletableFuture<>());
        CompletableFuture<Void> joined = new CompletableFuture<>();
        CompletableFuture<Void> reached = new CompletableFuture<>();

        thread.add(new Entry.Emission("/", Audience.ALL, new Json.Written("x", List.of()), false, false, answer, null));
        thread.add(new Entry.Rooms(null, Set.of(), Set.of(), joined));
        thread.add(new Entry.Mark(() -> reached.complete(null)));

        assertThat(answer.future()).isCompletedExceptionally();
        assertThat(joined).isCompleted();
        assertThat(reached).isCompleted();
    }

    @Test
    void itStartsOnce_andTakesNothingBefore() {
        assertThatThrownBy(() -> thread.add(event("x"))).hasMessage("nothing can be sent before the server starts");
        thread.claim();
        thread.start(keeper);
        assertThatThrownBy(thread::claim).hasMessage("a server, and its log, starts once");
    }
}
