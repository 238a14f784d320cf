package dev.quiesce.ops.files;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.web.testing.StablePort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real nginx with the configuration that is shipped; only its port and the service's are others. Not thread-safe. */
final class ShippedNginx implements AutoCloseable {
    private static final Path SHIPPED = Path.of("nginx");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LISTEN = "listen 127.0.0.1:8000 ";
    private static final String SERVER = "server 127.0.0.1:8080 ";

    private final Path folder;
    private final int port;
    private final ServiceProcess process;

    private ShippedNginx(Path folder, int port, ServiceProcess process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Starts it in an empty folder, in front of a server such as {@code 127.0.0.1:1234}. */
    static ShippedNginx start(Path folder, String server) throws Exception {
        // Its workers are somebody else if this is root.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        int port = StablePort.free();
        try (Stream<Path> files = Files.list(SHIPPED)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, replaced(configuration, LISTEN, "listen 127.0.0.1:" + port + " "));
        writeUpstream(folder, server);
        ServiceProcess process = ServiceProcess.start(folder, path(), command(folder, "-g", "daemon off;"));
        ShippedNginx nginx = new ShippedNginx(folder, port, process);
        try {
            process.awaitLine("start worker process ", PATIENCE);
            return nginx;
        } catch (Exception e) {
            nginx.close();
            throw e;
        }
    }

    /** Returns the URI of a path. */
    URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + port + path);
    }

    /** Replaces the file of the group, tests the configuration and tells nginx to reload it. Does not wait for that. */
    void reloadWith(String server) throws Exception {
        writeUpstream(folder, server);
        for (List<String> command : List.of(command(folder, "-t"), command(folder, "-s", "reload"))) {
            try (ServiceProcess call = ServiceProcess.start(folder, path(), command)) {
                if (call.awaitExit(PATIENCE) != 0) {
                    throw new IOException(String.join("\n", call.lines()));
                }
            }
        }
    }

    /** Returns the workers that there are. */
    List<ProcessHandle> workers() {
        return ProcessHandle.of(process.pid()).stream()
                .flatMap(ProcessHandle::children)
                .toList();
    }

    /** Waits until workers are gone, which is when nobody knows the old server any more. */
    void awaitEndOf(List<ProcessHandle> workers) throws Exception {
        for (ProcessHandle worker : workers) {
            worker.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Waits for a line of its logs, access log included. */
    String awaitLine(String text) throws Exception {
        return process.awaitLine(text, PATIENCE);
    }

    @Override
    public void close() {
        ProcessHandle.of(process.pid()).ifPresent(master -> {
            master.destroy();
            master.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        });
    }

    private static void writeUpstream(Path folder, String server) throws IOException {
        Path next = folder.resolve("upstream.conf.next");
        Files.writeString(next, replaced(SHIPPED.resolve("upstream.conf"), SERVER, "server " + server + " "));
        Files.move(next, folder.resolve("upstream.conf"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String replaced(Path file, String old, String other) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(old)) {
            throw new IOException("there is no '" + old + "' in " + file);
        }
        return text.replace(old, other);
    }

    private static List<String> command(Path folder, String... more) {
        return Stream.concat(
                        Stream.of("nginx", "-p", folder.toString(), "-e", "stderr", "-c", folder + "/nginx.conf"),
                        Stream.of(more))
                .toList();
    }

    /** Debian has it where the path of those who are not root does not lead. */
    private static Map<String, String> path() {
        return Map.of("PATH", System.getenv("PATH") + ":/usr/sbin");
    }
}
