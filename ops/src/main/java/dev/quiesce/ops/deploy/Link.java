package dev.quiesce.ops.deploy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A symbolic link that leads to the one or to the other, and at no moment to nothing. Not safe for use by several processes.
 *
 * @param path where it is
 */
record Link(Path path) {

    /**
     * Returns what it leads to, as it is written in the link; empty if there is none.
     *
     * @throws IOException if there is something else in its place
     */
    Optional<Path> target() throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(Files.readSymbolicLink(path))
                : Optional.empty();
    }

    /** Has it lead elsewhere, in one go and also after a crash; removes it if it is to lead nowhere. */
    void lead(Optional<Path> target) throws IOException {
        if (target.isPresent()) {
            Path next = path.resolveSibling("." + path.getFileName() + ".next");
            Files.deleteIfExists(next);
            try {
                Files.createSymbolicLink(next, target.get());
                Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(next);
            }
        } else {
            Files.deleteIfExists(path);
        }
        try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
