package dev.quiesce.ops.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.ops.process.Program;
import dev.quiesce.web.testing.StablePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The small host of {@code compose/} and {@code nginx/} in a folder of its own, run by docker-compose. As shipped but for ports,
 * paths and the names of containers; back end and nginx are real, the front end and Jenkins, whose images only a registry has, are
 * a program that sleeps and ends by SIGTERM. Not thread-safe.
 */
public final class ComposeHost {
    private static final String PREFIX = "quiesce-test-";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String STAND_INS = """
            services:
              tradurs-d4: &sleeps
                entrypoint: [sh, -c, "trap 'exit 0' TERM; sleep 3600 & wait"]
              jenkins: *sleeps
            """;

    private final DockerEngine engine;
    private final Path folder;
    private final int port;

    private ComposeHost(DockerEngine engine, Path folder, int port) {
        this.engine = engine;
        this.folder = folder;
        this.port = port;
    }

    /** Copies the files into an empty folder. Nothing is started yet. */
    public static ComposeHost in(Path folder, DockerEngine engine, SampleDatabase database) throws Exception {
        assumeTrue(DockerEngine.isInstalled("docker-compose"), "skipped: no docker-compose");
        // The workers of nginx are somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        copy(Path.of("compose"), folder.resolve("compose"));
        copy(Path.of("nginx"), folder.resolve("nginx"));
        int port = StablePort.free();
        ComposeHost host = new ComposeHost(engine, folder, port);
        host.change("nginx/nginx.conf", "127.0.0.1:8000", "127.0.0.1:" + port);
        host.change("nginx/upstream.conf", "127.0.0.1:8080", "127.0.0.1:" + (port + 1));
        host.change("compose/compose.yaml", "_PORT: 8080", "_PORT: " + (port + 1));
        host.change("compose/compose.yaml", "_PORT: 8081", "_PORT: " + (port + 2));
        host.change("compose/compose.yaml", "container_name: ", "container_name: " + PREFIX);
        host.change("compose/deploy.properties", "/etc/quiesce/", folder + "/");
        host.change("compose/deploy.properties", "service = ", "service = " + PREFIX);
        host.change("compose/deploy.properties", "nginx.container = ", "nginx.container = " + PREFIX);
        host.change("compose/deploy.properties", "127.0.0.1:8000", "127.0.0.1:" + port);
        for (int i = 0; i < 4; i++) {
            host.change("compose/deploy.properties", "port = 808" + i, "port = " + (port + 1 + i));
        }
        host.writeEnvironment(database.environment());
        return host;
    }

    private void writeEnvironment(Map<String, String> database) throws Exception {
        List<String> variables = new ArrayList<>(List.of(
                "APP_IMAGE=" + SampleImage.build(engine),
                "FRONT_END_IMAGE=" + engine.baseImage(),
                "JENKINS_IMAGE=" + engine.baseImage(),
                "NGINX_IMAGE=" + engine.nginxImage(),
                "DOCKER_HOST=" + engine.host()));
        Path secrets = Files.createDirectory(folder.resolve("compose/secrets"));
        for (String name : List.of("MAIN", "D4")) {
            String variable = "QUIESCE_DB_" + name;
            variables.add(variable + "_URL=" + database.get(variable + "_URL"));
            variables.add(variable + "_USER=" + database.get(variable + "_USER"));
            Files.writeString(
                    secrets.resolve(("db_" + name + "_password").toLowerCase(Locale.ROOT)),
                    database.get(variable + "_PASSWORD") + "\n");
        }
        Files.write(folder.resolve("compose/.env"), variables);
        Files.writeString(folder.resolve("compose/stand-ins.yaml"), STAND_INS);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /**
     * Changes one of the files, such as {@code nginx/nginx.conf}.
     *
     * @throws IOException if the old text is not in it
     */
    public void change(String file, String old, String other) throws IOException {
        Path path = folder.resolve(file);
        String text = Files.readString(path);
        if (!text.contains(old)) {
            throw new IOException("there is no '" + old + "' in " + file);
        }
        Files.writeString(path, text.replace(old, other));
    }

    /** Returns one of the files. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Returns where nginx listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Returns what {@code docker inspect} says of a container. */
    public String inspect(String format, String container) throws InterruptedException {
        return engine.docker("inspect", "-f", format, container).orFail().out().strip();
    }

    /** Returns the name that a container has here, such as that of {@code nginx-host}. */
    public String container(String name) {
        return PREFIX + name;
    }

    /** Returns the id of the container that compose has made for a service. */
    public String id(String service) throws InterruptedException {
        return compose("ps", "--quiet", service).orFail().out().strip();
    }

    /** Runs {@code docker-compose} with these arguments, to its end. */
    public Program.Result compose(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "DOCKER_HOST=" + engine.host(),
                "docker-compose",
                "--project-name",
                PREFIX + "compose",
                "--file",
                file("compose/compose.yaml").toString(),
                "--file",
                file("compose/stand-ins.yaml").toString()));
        command.addAll(List.of(arguments));
        return Program.run(PATIENCE, command);
    }

    /** Removes all containers, those of deploys as well. */
    public void remove() throws InterruptedException {
        engine.remove(container("tradurs-back-blue"));
        engine.remove(container("tradurs-back-green"));
        compose("--profile", "back-end", "down", "--volumes", "--timeout", "5").orFail();
    }
}
