package dev.quiesce.db;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedMariaDbContractTest implements LifecycleContract<EmbeddedMariaDb> {
    /** One for all components, each of which has to give it back; copying another one for each would take long. */
    @TempDir
    private static Path folder;

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
        return new EmbeddedMariaDb(EmbeddedConfig.at(folder));
    }

    @Override
    public Optional<EmbeddedMariaDb> newComponentThatFailsToStart() {
        return Optional.of(new EmbeddedMariaDb(EmbeddedConfig.at(folder).withPort(taken.getLocalPort())));
    }

    @Override
    public int races() {
        return 2;
    }
}
