package dev.quiesce.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of folders that are expensive to make and never change.
 *
 * <p>Each appears whole or not at all, however many processes make it at the same time. Thread-safe.
 */
final class Cache {
    private static final String UNFINISHED = ".unfinished-";
    /** Far longer than anything takes that is still being made. */
    private static final Duration LEFT_OVER = Duration.ofHours(1);

    @FunctionalInterface
    interface Maker {
        void make(Path folder) throws IOException, InterruptedException;
    }

    private final Path folder;

    Cache(Path folder) {
        this.folder = folder;
    }

    /** Returns the folder of this name, made now if there is none. */
    Path get(String name, Maker maker) throws IOException, InterruptedException {
        Path wanted = folder.resolve(name);
        if (Files.isDirectory(wanted)) {
            return wanted;
        }
        EmbeddedMariaDb.LOG.info("Preparing {} in {}; this happens once", name, folder);
        Files.createDirectories(folder);
        sweep();
        Path unfinished = Files.createTempDirectory(folder, UNFINISHED);
        try {
            maker.make(unfinished);
            publish(unfinished, wanted);
        } finally {
            Folders.delete(unfinished);
        }
        return wanted;
    }

    private static void publish(Path unfinished, Path wanted) throws IOException {
        try {
            Files.move(unfinished, wanted, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            boolean anotherWasFirst = Files.isDirectory(wanted);
            if (!anotherWasFirst) {
                throw e;
            }
        }
    }

    private void sweep() throws IOException {
        List<Path> unfinished;
        try (Stream<Path> children = Files.list(folder)) {
            unfinished = children.filter(child -> child.getFileName().toString().startsWith(UNFINISHED))
                    .toList();
        }
        Instant limit = Instant.now().minus(LEFT_OVER);
        for (Path child : unfinished) {
            if (Files.exists(child)
                    && Files.getLastModifiedTime(child).toInstant().isBefore(limit)) {
                Folders.delete(child);
            }
        }
    }
}
