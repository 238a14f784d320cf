package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TwoHandsTest {
    private static final int ROUNDS = 2000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 1000})
    void everythingIsDoneOnce_whateverTheOtherThreadDoes(int size) {
        List<Runnable> never = new ArrayList<>();
        for (TwoHands hands : List.of(new TwoHands(never::add), new TwoHands(Runnable::run))) {
            assertThat(done(hands, size)).isEqualTo(times(size, 1));
        }
        never.forEach(Runnable::run);
        assertThat(never).hasSize(size < 128 ? 0 : 1);
    }

    @Test
    void theOtherThreadHelps_andAllIsDoneAtTheEnd() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            TwoHands hands = new TwoHands(pool);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < ROUNDS; i++) {
                hands.forEach(IntStream.range(0, 300).boxed().toList(), each -> threads.add(Thread.currentThread()));
                assertThat(done(hands, 300)).containsOnly(1);
            }
            assertThat(threads).hasSize(2);
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aFailure_isThrown_andNobodyWaitsForEver() {
        TwoHands hands = new TwoHands(work -> {});

        assertThatThrownBy(() -> hands.forEach(IntStream.range(0, 300).boxed().toList(), each -> {
                    throw new IllegalStateException("on purpose");
                }))
                .hasMessage("on purpose");
    }

    private static int[] times(int size, int times) {
        int[] all = new int[size];
        Arrays.fill(all, times);
        return all;
    }

    private static int[] done(TwoHands hands, int size) {
        AtomicIntegerArray times = new AtomicIntegerArray(size);
        hands.forEach(IntStream.range(0, size).boxed().toList(), times::incrementAndGet);
        int[] copy = new int[size];
        Arrays.setAll(copy, times::get);
        return copy;
    }
}
