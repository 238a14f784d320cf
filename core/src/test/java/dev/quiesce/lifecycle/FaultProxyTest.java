package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.ProxyEnds.assertReset;
import static dev.quiesce.lifecycle.ProxyEnds.receive;
import static dev.quiesce.lifecycle.ProxyEnds.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy itself: what it is told, by how many threads, and its end. On real sockets, with both ends in hand. */
@Timeout(60)
class FaultProxyTest {
    @AutoClose
    private final ProxyEnds ends = ProxyEnds.open();

    private final FaultProxy proxy = ends.proxy();

    @Test
    void faultsThatCannotBe_areRefused() {
        assertThatThrownBy(() -> proxy.setEstablished(Fault.REFUSE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.setAll(Fault.REFUSE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.setArrivals(Fault.SERVER_GONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.setArrivals(Fault.CLIENT_GONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.delay(Duration.ofMillis(-1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Fault(Fault.Kind.HOLD, Duration.ofMillis(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyThreadsThatSwitchFaults_disturbOnlyTheBytes_notTheProxy() throws Exception {
        List<CompletableFuture<Void>> switches = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 4; i++) {
                switches.add(CompletableFuture.runAsync(
                        () -> {
                            for (int j = 0; j < 50; j++) {
                                proxy.setAll(Fault.HOLD);
                                proxy.setAll(Fault.delay(Duration.ofMillis(1), Duration.ofMillis(2)));
                                proxy.setArrivals(Fault.REFUSE);
                                proxy.setAll(Fault.NONE);
                            }
                        },
                        threads));
            }
            for (CompletableFuture<Void> each : switches) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        proxy.setAll(Fault.NONE);
        ProxyEnds.Pair pair = ends.connect();
        send(pair.client(), "flows");

        assertThat(receive(pair.server(), 5)).isEqualTo("flows");
    }

    @Test
    void close_resetsWhatIsOpen_andLeavesNoThread() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        String thread = "fault-proxy-" + proxy.address().getPort();
        assertThat(threads()).contains(thread);
        proxy.close();
        proxy.close();

        assertReset(pair.client());
        assertReset(pair.server());
        assertThat(threads()).doesNotContain(thread);
        assertThatThrownBy(ends::client).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> proxy.setAll(Fault.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }
}
