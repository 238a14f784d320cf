package dev.quiesce.ops.deploy;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How requests are led from one version to the other. Immutable. */
sealed interface Switch {

    /**
     * nginx reads a file anew.
     *
     * @param file that file; nothing else stands in it
     * @param content what it says, with places
     * @param longestRequest after which only sockets can hold an old worker; null if that is not known
     */
    record Reload(Path file, String content, @Nullable Duration longestRequest) implements Switch {}

    /**
     * nginx connects to a socket of the Unix domain, whose path leads to the one or the other version's.
     *
     * @param path what nginx's configuration names, a symbolic link
     * @param target what it leads to, with places; relative to the folder of the link
     */
    record Socket(Path path, String target) implements Switch {}
}
