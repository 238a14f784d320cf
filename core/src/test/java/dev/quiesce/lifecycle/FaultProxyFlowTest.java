package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.ProxyEnds.assertReset;
import static dev.quiesce.lifecycle.ProxyEnds.assertSilent;
import static dev.quiesce.lifecycle.ProxyEnds.receive;
import static dev.quiesce.lifecycle.ProxyEnds.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What passes: bytes and ends, at once, late, or once they are released. On real sockets, with both ends in hand. */
@Timeout(60)
class FaultProxyFlowTest {
    @AutoClose
    private final ProxyEnds ends = ProxyEnds.open();

    private final FaultProxy proxy = ends.proxy();

    @Test
    void withoutAFault_bytesAndEndsPassBothWays() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        send(pair.client(), "question");
        assertThat(receive(pair.server(), 8)).isEqualTo("question");
        pair.client().shutdownOutput();
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
        send(pair.server(), "answer");
        assertThat(receive(pair.client(), 6)).isEqualTo("answer");
        pair.server().shutdownOutput();

        assertThat(pair.client().getInputStream().read()).isEqualTo(-1);
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void withoutAFault_aReset_isPassedOn() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        pair.server().setSoLinger(true, 0);
        pair.server().close();

        assertReset(pair.client());
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void megabytes_passInOrder_thoughTheReaderIsSlow() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        byte[] sent = new byte[64 * 1024 * 1024];
        new Random(1).nextBytes(sent);
        ExecutorService sender = Executors.newSingleThreadExecutor();
        try {
            Future<?> sending = sender.submit(() -> {
                pair.client().getOutputStream().write(sent);
                pair.client().shutdownOutput();
                return null;
            });
            assertThat(pair.server().getInputStream().readNBytes(1000)).hasSize(1000);
            TimeUnit.MILLISECONDS.sleep(ProxyEnds.WATCH_MILLIS);
            assertThat(sending).as("the reader holds the sender up").isNotDone();

            assertThat(pair.server().getInputStream().readAllBytes())
                    .isEqualTo(Arrays.copyOfRange(sent, 1000, sent.length));
            sending.get();
        } finally {
            sender.shutdownNow();
        }
    }

    @Test
    void delay_holdsBytesAndEndsUpEachWay_andKeepsTheirOrder() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setEstablished(Fault.delay(Duration.ofMillis(300), Duration.ofMillis(100)));
        long begin = System.nanoTime();
        send(pair.client(), "a");
        TimeUnit.MILLISECONDS.sleep(50);
        send(pair.client(), "b");
        pair.client().shutdownOutput();
        assertThat(receive(pair.server(), 1)).isEqualTo("a");
        assertThat(millisSince(begin)).isGreaterThanOrEqualTo(299);
        assertThat(receive(pair.server(), 1)).isEqualTo("b");
        assertThat(millisSince(begin)).isGreaterThanOrEqualTo(349);
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
        long answered = System.nanoTime();
        send(pair.server(), "c");

        assertThat(receive(pair.client(), 1)).isEqualTo("c");
        assertThat(millisSince(answered)).isGreaterThanOrEqualTo(99);
    }

    @Test
    void delayThatEnds_letsWhatItHasHeldGoAtOnce() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setEstablished(Fault.delay(Duration.ofHours(1), Duration.ZERO));
        send(pair.client(), "late");
        assertSilent(pair.server());
        proxy.setEstablished(Fault.NONE);

        assertThat(receive(pair.server(), 4)).isEqualTo("late");
    }

    @Test
    void hold_keepsBytesAndEndsBack_untilTheyAreReleased() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setEstablished(Fault.HOLD);
        send(pair.client(), "question");
        pair.client().close();
        assertSilent(pair.server());
        proxy.setEstablished(Fault.NONE);

        assertThat(receive(pair.server(), 8)).isEqualTo("question");
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void newConnectionThatIsHeld_reachesTheServerOnceItIsReleased_evenIfItsClientHasLeft() throws Exception {
        proxy.setArrivals(Fault.HOLD);
        Socket stays = ends.client();
        send(stays, "stays");
        Socket leaves = ends.client();
        send(leaves, "leaves");
        leaves.close();
        await().until(() -> proxy.openConnections() == 2);
        ends.assertNobodyComes();
        proxy.setAll(Fault.NONE);

        List<String> received = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Socket accepted = ends.accepted();
            String first = receive(accepted, 5);
            received.add(first);
            if (first.equals("leave")) {
                assertThat(accepted.getInputStream().readAllBytes()).containsExactly('s');
            }
        }
        assertThat(received).containsExactlyInAnyOrder("stays", "leave");
    }

    @Test
    void hold_ofNewConnections_leavesEstablishedOnesAlone() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setArrivals(Fault.HOLD);
        send(ends.client(), "held");
        send(pair.client(), "flows");

        assertThat(receive(pair.server(), 5)).isEqualTo("flows");
        ends.assertNobodyComes();
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
