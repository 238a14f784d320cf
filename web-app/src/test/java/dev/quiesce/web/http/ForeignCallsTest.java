package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ForeignCallsTest {

    @Test
    void callBehindHundredsThatBlock_isMadeSoon() throws Exception {
        ForeignCalls calls = new ForeignCalls("test");
        CountDownLatch mayReturn = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        for (int i = 0; i < 300; i++) {
            calls.call(() -> awaitForEver(mayReturn));
        }
        calls.call(called::countDown);

        assertThat(called.await(1500, TimeUnit.MILLISECONDS))
                .as("some 20 ms for each of 2, 4, 8 … 512 threads")
                .isTrue();
        mayReturn.countDown();
        assertThat(calls.end(Deadline.after(Duration.ofSeconds(10)))).isTrue();
    }

    private static void awaitForEver(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
