package dev.quiesce.ops.deploy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** The file of nginx that says where requests go. Not safe for use by several processes. */
final class UpstreamFile {
    private final DeployConfig config;

    UpstreamFile(DeployConfig config) {
        this.config = config;
    }

    /** Returns what it leads to; empty if there is none yet, or something of somebody else's. */
    Optional<Colour> colour() throws IOException {
        Optional<String> content = content();
        return Arrays.stream(Colour.values())
                .filter(colour ->
                        content.filter(config.upstream(colour)::equals).isPresent())
                .findAny();
    }

    Optional<String> content() throws IOException {
        Path file = config.upstreamFile();
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    /** Replaces it, or removes it if there is to be none. */
    void put(Optional<String> content) throws IOException {
        if (content.isPresent()) {
            replace(config.upstreamFile(), content.get());
        } else {
            Files.deleteIfExists(config.upstreamFile());
        }
    }

    /** Writes a file beside the other one, onto the disk, and renames it over that: it is there as it was, or as it is to be. */
    static void replace(Path file, String content) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        try {
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } finally {
            Files.deleteIfExists(next);
        }
    }
}
