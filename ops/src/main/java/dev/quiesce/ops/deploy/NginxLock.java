package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One command at a time that writes for an nginx and tells it so, whatever the service. Otherwise one would take the reload of
 * another for its own, or nginx would refuse the configuration for what another has just written. The system ends the lock
 * with the process. Not thread-safe.
 */
final class NginxLock {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long POLL_MILLIS = 20;

    private final Path file;

    NginxLock(DeployConfig config) {
        Path pid = config.nginxPid();
        this.file = pid == null
                ? config.sharedFile().resolveSibling(".deploy.lock")
                : pid.resolveSibling(pid.getFileName() + ".deploy.lock");
    }

    /**
     * Does something while nobody else does, and waits for whoever does.
     *
     * @throws OpsException if somebody else takes longer than 90 s
     */
    <T> T holding(DeployLock.Work<T> work) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            @Nullable FileLock lock = channel.tryLock();
            while (lock == null) {
                if (System.nanoTime() - end > 0) {
                    throw new OpsException(
                            ExitCode.REFUSED,
                            "another service's deploy has been telling nginx something for " + PATIENCE.toSeconds()
                                    + " s (it holds " + file + "): wait for its end");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                lock = channel.tryLock();
            }
            return work.run();
        }
    }
}
