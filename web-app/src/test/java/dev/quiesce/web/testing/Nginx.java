package dev.quiesce.web.testing;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real nginx with a prefix and a configuration of its own, on a port of the loopback interface: a static group of servers to
 * which it keeps connections open. Every response says in {@code X-Upstream} which servers were tried for it.
 *
 * <p>Not safe for use by several threads.
 */
public final class Nginx implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String GROUP = "group.conf";
    private static final String CONFIGURATION = """
            daemon off;
            worker_processes 2;
            pid nginx.pid;
            error_log error.log info;
            %s
            events { worker_connections 4096; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                map $http_upgrade $connection_upgrade {
                    default upgrade;
                    ''      '';
                }
                include group.conf;
                server {
                    listen 127.0.0.1:%d;
                    location / {
                        proxy_pass http://service;
                        proxy_http_version 1.1;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $connection_upgrade;
                        add_header X-Upstream $upstream_addr always;
                        %s
                    }
                }
            }
            """;

    private final Path folder;
    private final InetSocketAddress address;
    private final ServiceProcess process;

    private Nginx(Path folder, InetSocketAddress address, ServiceProcess process) {
        this.folder = folder;
        this.address = address;
        this.process = process;
    }

    /** Returns whether there is an nginx to be started. */
    public static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":"), new String[] {"/usr/sbin"})
                .flatMap(Stream::of)
                .anyMatch(path -> Files.isExecutable(Path.of(path, "nginx")));
    }

    /**
     * Starts nginx and waits until it accepts connections.
     *
     * @param folder an empty folder for its files
     * @param directives what is said of proxying beside the defaults, such as {@code proxy_next_upstream off;}
     * @param servers the servers, as in the directive {@code server}, parameters included
     */
    public static Nginx start(Path folder, String directives, List<String> servers)
            throws IOException, InterruptedException, TimeoutException {
        // Its workers would otherwise be somebody who may not write to the sockets of a service of root's.
        String user = System.getProperty("user.name").equals("root") ? "user root;" : "";
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), StablePort.free());
        Files.writeString(folder.resolve("nginx.conf"), CONFIGURATION.formatted(user, address.getPort(), directives));
        Files.writeString(folder.resolve(GROUP), group(servers));
        ServiceProcess process = ServiceProcess.start(folder, path(), command(folder));
        Nginx nginx = new Nginx(folder, address, process);
        try {
            nginx.awaitPort();
            return nginx;
        } catch (IOException | TimeoutException e) {
            nginx.close();
            throw e;
        }
    }

    /** Returns where it accepts connections. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Puts other servers in place of those that there are. Returns when no process knows the old ones any more.
     *
     * @throws IOException if nginx refuses the configuration
     */
    public void switchTo(List<String> servers) throws IOException, InterruptedException, TimeoutException {
        Path next = folder.resolve("next.conf");
        Files.writeString(next, group(servers));
        Files.move(next, folder.resolve(GROUP), StandardCopyOption.ATOMIC_MOVE);
        try (ServiceProcess test = ServiceProcess.start(folder, path(), command(folder, "-t"))) {
            if (test.awaitExit(PATIENCE) != 0) {
                throw new IOException(String.join("\n", test.lines()));
            }
        }
        List<ProcessHandle> old = workers();
        process.signal("HUP");
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (ProcessHandle worker : old) {
            try {
                worker.onExit().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            }
        }
    }

    /** Returns the lines of its error log that tell of errors. */
    public List<String> errors() throws IOException {
        Path log = folder.resolve("error.log");
        if (!Files.exists(log)) {
            return process.lines();
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.matches(".*\\[(warn|error|crit|alert|emerg)].*"))
                    .toList();
        }
    }

    /** Ends it at once, with what it is doing, and waits for that. Its workers would outlive a master that is killed. */
    @Override
    public void close() {
        ProcessHandle.of(process.pid()).ifPresent(master -> {
            master.destroy();
            master.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        });
    }

    private List<ProcessHandle> workers() {
        return ProcessHandle.of(process.pid()).stream()
                .flatMap(ProcessHandle::children)
                .toList();
    }

    private void awaitPort() throws IOException, TimeoutException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(address);
                return;
            } catch (ConnectException notYet) {
                if (!process.isAlive()) {
                    throw new IOException("nginx has ended:\n" + String.join("\n", errors()), notYet);
                }
                if (System.nanoTime() - end > 0) {
                    throw new TimeoutException("nginx does not listen:\n" + String.join("\n", errors()));
                }
                Thread.onSpinWait();
            }
        }
    }

    private static String group(List<String> servers) {
        return servers.stream()
                .map(server -> "    server " + server + ";\n")
                .collect(Collectors.joining(
                        "", "upstream service {\n    zone service 64k;\n", "    keepalive 32;\n}\n"));
    }

    private static List<String> command(Path folder, String... more) {
        return Stream.concat(
                        Stream.of("nginx", "-p", folder.toString(), "-c", "nginx.conf", "-e", "error.log"),
                        Stream.of(more))
                .toList();
    }

    /** Debian has it where the path of those who are not root does not lead. */
    private static Map<String, String> path() {
        return Map.of("PATH", System.getenv("PATH") + ":/usr/sbin");
    }
}
