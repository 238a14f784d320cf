package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NginxLockTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long MOMENT_MILLIS = 200;

    @TempDir
    private Path folder;

    @Test
    void whatIsToldToAnNginx_waitsForAnotherProcess_untilThatHasEndedHoweverItDoes() throws Exception {
        NginxLock lock = new NginxLock(config("nginx.pid = " + folder.resolve("nginx.pid")));
        Path file = folder.resolve("nginx.pid.deploy.lock");
        try (ServiceProcess other = ServiceProcess.java(LockHolder.class, List.of(), file.toString())) {
            other.awaitLine("holds true", PATIENCE);
            CompletableFuture<String> done = CompletableFuture.supplyAsync(() -> hold(lock));

            assertThatThrownBy(() -> done.get(MOMENT_MILLIS, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            other.signal("KILL");
            assertThat(done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("done");
        }
    }

    @Test
    void nginxInAContainer_isLockedInTheFolderThatItsServicesShare() throws Exception {
        assertThat(hold(new NginxLock(config("nginx.container = nginx-host")))).isEqualTo("done");
        assertThat(folder.resolve(".deploy.lock")).exists();
    }

    private static String hold(NginxLock lock) {
        try {
            return lock.holding(() -> "done");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private DeployConfig config(String nginx) throws Exception {
        return DeployConfigFile.read(
                Files.writeString(folder.resolve("deploy.properties"), """
                service = app
                blue.port = 8081
                green.port = 8082
                ready.url = http://127.0.0.1:{port}/
                upstream.file = %s/upstream.conf
                upstream.content = server 127.0.0.1:{port};
                %s
                """.formatted(folder, nginx)));
    }
}
