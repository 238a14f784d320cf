package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StepThreadsTest {
    private final StepThreads threads = new StepThreads();

    @Test
    void trivialTasks_shareAFewThreads() throws Exception {
        Set<Thread> used = Collections.synchronizedSet(new HashSet<>());
        CountDownLatch done = new CountDownLatch(10_000);
        for (int i = 0; i < 10_000; i++) {
            threads.execute(() -> {
                used.add(Thread.currentThread());
                done.countDown();
            });
        }
        done.await();

        assertThat(used).hasSizeLessThan(500);
    }

    @Test
    void tasksThatHang_keepNoOtherFromRunning() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch allRun = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) {
            threads.execute(() -> {
                allRun.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        assertThat(allRun.await(10, TimeUnit.SECONDS)).isTrue();
        end.countDown();
    }

    @Test
    void fewTasksThatHang_makeFewThreads() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            threads.execute(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        trivialTasks_shareAFewThreads();
        end.countDown();
    }

    @Test
    void threads_areDaemons_andEndWhenNothingIsLeftToDo() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Set<Thread> used = Collections.synchronizedSet(new HashSet<>());
        threads.execute(() -> {
            used.add(Thread.currentThread());
            done.countDown();
        });
        done.await();
        Thread thread = used.iterator().next();

        assertThat(thread.isDaemon()).isTrue();
        thread.join(TimeUnit.SECONDS.toMillis(5));
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void interruptThatComesLate_harmsNoLaterTask() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Set<Thread> used = Collections.synchronizedSet(new HashSet<>());
        threads.execute(() -> {
            used.add(Thread.currentThread());
            first.countDown();
        });
        first.await();
        used.iterator().next().interrupt();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            threads.execute(() -> interrupted.complete(Thread.interrupted()));
            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
        }

        assertThat(used).singleElement().matches(Thread::isAlive);
    }
}
