package dev.quiesce.benchmarks.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder.
 *
 * @param path where it is
 */
record DrillFolder(Path path) implements AutoCloseable {

    static DrillFolder create() throws IOException {
        return new DrillFolder(Files.createTempDirectory("drill"));
    }

    /** Deletes it with what is in it. */
    @Override
    public void close() throws IOException {
        List<Path> innermostFirst;
        try (Stream<Path> all = Files.walk(path)) {
            innermostFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : innermostFirst) {
            Files.deleteIfExists(each);
        }
    }
}
