package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One deploy of a service at a time. The system ends the lock with the process, however that ends. */
final class DeployLock {
    private static final String NAME = "deploy.lock";

    private DeployLock() {}

    /** What is done with the lock. */
    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * Does something while no other process does, and does not wait for one that does.
     *
     * @param folder where the lock is; made if it is not there
     * @throws OpsException if another process has the lock
     */
    static <T> T holding(Path folder, Work<T> work) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path file = folder.resolve(NAME);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        "another deploy or rollback is running (it holds " + file + "): wait for its end");
            }
            return work.run();
        }
    }
}
