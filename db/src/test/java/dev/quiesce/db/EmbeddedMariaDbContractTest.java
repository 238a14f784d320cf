package dev.quiesce.db;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class EmbeddedMariaDbContractTest implements LifecycleContract<EmbeddedMariaDb> {
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
    public EmbeddedMariaDb newComponent() {
        return new EmbeddedMariaDb(EmbeddedConfig.temporary());
    }

    @Override
    public Optional<EmbeddedMariaDb> newComponentThatFailsToStart() {
        return Optional.of(new EmbeddedMariaDb(EmbeddedConfig.temporary().withPort(taken.getLocalPort())));
    }

    @Override
    public int races() {
        return 2;
    }
}
