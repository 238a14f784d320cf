package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagementServerContractTest implements LifecycleContract<ManagementServer> {
    private final Coordinator coordinator =
            Coordinator.of(ComponentGraph.builder().build());
    private ServerSocket taken;

    @BeforeEach
    void takeAPort() throws IOException {
        taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    }

    @AfterEach
    void giveItBack() throws IOException {
        taken.close();
    }

    @Override
    public ManagementServer newComponent() {
        return onPort(0);
    }

    @Override
    public Optional<ManagementServer> newComponentThatFailsToStart() {
        return Optional.of(onPort(taken.getLocalPort()));
    }

    private ManagementServer onPort(int port) {
        return new ManagementServer("127.0.0.1", port, () -> coordinator, Map.of());
    }

    @Test
    void interruptedStop_doesNotWaitForItsOwnSelectors() throws Exception {
        ManagementServer server = newComponent();
        server.start();
        long began = System.nanoTime();
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> server.stop(Deadline.after(patience())));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(tolerance());
    }
}
