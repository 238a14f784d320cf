package dev.quiesce.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that holds one server's data, locked for this owner until closed. Used by one thread.
 *
 * <p>Its data starts as a copy of a template in the cache, since making the system tables takes far longer than copying
 * them.
 */
final class DataFolder implements AutoCloseable {
    /** The layout of the tablespaces is fixed when they are created, so the template and each start must agree on it. */
    static final List<String> LAYOUT = List.of(
            "--innodb-data-file-path=ibdata1:8M:autoextend",
            "--innodb-undo-tablespaces=0",
            "--innodb-log-file-size=8M",
            "--skip-log-bin",
            "--skip-ssl");

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedMariaDb.class);
    private static final String TEMPORARY = "quiesce-mariadb-";
    private static final Duration LEFT_OVER_SERVER_STOPS = Duration.ofSeconds(15);

    private final Path folder;
    private final boolean temporary;
    private final FolderLock lock;

    private DataFolder(Path folder, boolean temporary, FolderLock lock) {
        this.folder = folder;
        this.temporary = temporary;
        this.lock = lock;
    }

    /** Returns a new folder that is deleted when closed. */
    static DataFolder temporary() throws IOException, InterruptedException {
        sweep();
        Path folder = Files.createTempDirectory(TEMPORARY);
        return new DataFolder(folder.toRealPath(), true, lock(folder));
    }

    /**
     * Returns the given folder, created if there is none.
     *
     * @throws IOException if it is in use, or holds something else
     */
    static DataFolder at(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IOException("embedded MariaDB: the data folder " + folder + " is not a folder");
        }
        Files.createDirectories(folder);
        if (!Files.exists(folder.resolve(FolderLock.FILE)) && !isEmpty(folder)) {
            throw new IOException("embedded MariaDB: the data folder " + folder
                    + " holds something else; name a folder that is empty or does not exist");
        }
        return new DataFolder(folder.toRealPath(), false, lock(folder));
    }

    /** Fills the folder unless it has been filled before, and takes down a server that a killed process left on it. */
    void prepare(ServerBinaries binaries, Cache cache) throws IOException, InterruptedException {
        takeDownLeftOverServer();
        if (Files.isDirectory(data())) {
            return;
        }
        Path template = cache.get("data-1-" + binaries.id(), made -> install(binaries, made));
        Path unfinished = folder.resolve("unfinished");
        Folders.delete(unfinished);
        Folders.copy(template, unfinished);
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    Path data() {
        return folder.resolve("data");
    }

    Path log() {
        return folder.resolve("server.log");
    }

    /** Gives the folder back, and deletes it if it is temporary. */
    @Override
    public void close() throws IOException {
        try (lock) {
            if (temporary) {
                Folders.delete(folder);
            }
        }
    }

    /** Returns the option that lets the server run as root, which it refuses without being told so. */
    static List<String> userOption(Path folder) throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(folder, "unix:uid")) ? List.of("--user=root") : List.of();
    }

    private static void install(ServerBinaries binaries, Path data) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(binaries.installer().toString(), "--no-defaults"));
        if (binaries.home() != null) {
            command.add("--basedir=" + binaries.home());
        }
        command.add("--datadir=" + data);
        command.add("--auth-root-authentication-method=normal");
        command.add("--skip-test-db");
        command.addAll(userOption(data));
        command.addAll(LAYOUT);
        Programs.output(command);
    }

    private static FolderLock lock(Path folder) throws IOException {
        FolderLock lock = FolderLock.tryLock(folder);
        if (lock == null) {
            throw new IOException("embedded MariaDB: the data folder " + folder
                    + " is in use by another server; stop that one or name another folder");
        }
        return lock;
    }

    private void takeDownLeftOverServer() throws IOException, InterruptedException {
        // We hold the lock, so a server that still runs on this folder has lost the process that owned it.
        Optional<ProcessHandle> leftOver = ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .flatMap(Stream::of)
                        .anyMatch(("--datadir=" + data())::equals))
                .findFirst();
        if (leftOver.isEmpty()) {
            return;
        }
        ProcessHandle server = leftOver.get();
        LOG.warn("Stopping the MariaDB server {} that a killed process left on {}", server.pid(), folder);
        server.destroy();
        try {
            server.onExit().get(LEFT_OVER_SERVER_STOPS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(
                    "embedded MariaDB: the server " + server.pid() + " that a killed process left on " + folder
                            + " does not stop; end it by hand (kill -9 " + server.pid() + ")",
                    e);
        }
    }

    /** Deletes the temporary folders whose process has been killed. */
    private static void sweep() throws IOException, InterruptedException {
        List<Path> candidates;
        try (Stream<Path> children = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            candidates = children.filter(child -> child.getFileName().toString().startsWith(TEMPORARY))
                    .toList();
        }
        for (Path candidate : candidates) {
            try {
                sweep(candidate);
            } catch (IOException e) {
                LOG.debug("{} cannot be deleted: {}", candidate, e.getMessage());
            }
        }
    }

    private static void sweep(Path candidate) throws IOException, InterruptedException {
        Path lockFile = candidate.resolve(FolderLock.FILE);
        if (!Files.isWritable(candidate) || !Files.exists(lockFile)) {
            return;
        }
        // A younger one may be about to be locked by its owner.
        Instant limit = Instant.now().minus(Duration.ofMinutes(1));
        if (Files.getLastModifiedTime(lockFile).toInstant().isAfter(limit)) {
            return;
        }
        FolderLock abandoned = FolderLock.tryLock(candidate);
        if (abandoned != null) {
            try (DataFolder folder = new DataFolder(candidate.toRealPath(), true, abandoned)) {
                LOG.info("Deleting {}, which a killed process left", folder.folder);
                folder.takeDownLeftOverServer();
            }
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.findAny().isEmpty();
        }
    }
}
