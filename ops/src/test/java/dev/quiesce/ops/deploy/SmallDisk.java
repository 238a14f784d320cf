package dev.quiesce.ops.deploy;

import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A file system of its own with little room, which only root can have. */
final class SmallDisk implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts it over a folder. */
    static SmallDisk at(Path folder) throws InterruptedException {
        Program.run(PATIENCE, List.of("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()))
                .orFail();
        return new SmallDisk(folder);
    }

    /** Leaves no room for a further byte. */
    void fill() {
        try (OutputStream out = Files.newOutputStream(folder.resolve("full"))) {
            while (true) {
                out.write(new byte[1024]);
            }
        } catch (IOException full) {
            if (!full.getMessage().contains("No space left")) {
                throw new IllegalStateException(full);
            }
        }
    }

    @Override
    public void close() {
        try {
            Program.run(PATIENCE, List.of("umount", "--lazy", folder.toString()))
                    .orFail();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted; " + folder + " is still mounted", e);
        }
    }
}
