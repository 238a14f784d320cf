package dev.quiesce.ops.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Docker Engine: the one that runs here, otherwise one of our own, which ends with this JVM and leaves nothing behind.
 * It has no bridge and reaches no registry: containers run with {@code --network host} or {@code none}, and images are made of
 * what is installed on this machine.
 *
 * <p>Thread-safe.
 */
public final class DockerEngine {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final String DEFAULT_HOST = "unix:///var/run/docker.sock";

    private static @Nullable DockerEngine shared;
    private static @Nullable String reason;

    private final String host;
    private final LocalImages images = new LocalImages(this);

    private DockerEngine(String host) {
        this.host = host;
    }

    /**
     * Returns the engine that all tests of this JVM share. The first call may start it.
     *
     * @throws org.opentest4j.TestAbortedException if there is none and none can be started: the test is skipped
     */
    public static synchronized DockerEngine shared() {
        if (shared == null && reason == null) {
            try {
                find();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("the Docker engine of the tests has failed", e);
            }
        }
        return shared == null ? abort("skipped: no Docker engine (" + reason + ")") : shared;
    }

    /** Returns the value of {@code DOCKER_HOST} by which it is reached. */
    public String host() {
        return host;
    }

    /** Runs {@code docker} with these arguments at this engine, to its end. Its exit code is the caller's to look at. */
    public Program.Result docker(String... arguments) throws InterruptedException {
        return docker(List.of(arguments));
    }

    /** Runs {@code docker} with these arguments at this engine, to its end. Its exit code is the caller's to look at. */
    public Program.Result docker(List<String> arguments) throws InterruptedException {
        return Program.run(PATIENCE, command(arguments));
    }

    /** Returns the command that runs {@code docker} with these arguments at this engine. */
    public List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host));
        command.addAll(arguments);
        return command;
    }

    /**
     * Returns the tag of a small image: a shell and the usual programs by busybox, the libraries that a JVM needs, a user
     * {@code service} (65532), and no entry point. It stays at an engine that was there before.
     */
    public String baseImage() throws IOException, InterruptedException {
        return images.base();
    }

    /** Returns the tag of an image like {@link #baseImage()} with a JDK where it is here, and a MariaDB's libraries. */
    public String jdkImage(Path home) throws IOException, InterruptedException {
        return images.jdk(home);
    }

    /** Returns the tag of an image like {@link #baseImage()} with the nginx that is installed here as its entry point. */
    public String nginxImage() throws IOException, InterruptedException {
        return images.nginx();
    }

    private static void find() throws IOException, InterruptedException {
        if (!isInstalled("docker")) {
            reason = "there is no docker on the PATH";
            return;
        }
        String named = System.getenv().getOrDefault("DOCKER_HOST", DEFAULT_HOST);
        if (answers(named)) {
            shared = new DockerEngine(named);
        } else if (!isInstalled("dockerd")) {
            reason = "none answers at " + named + ", and there is no dockerd on the PATH";
        } else if (!System.getProperty("user.name").equals("root")) {
            reason = "none answers at " + named + ", and only root can start one";
        } else {
            start();
        }
    }

    private static void start() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("quiesce-docker-");
        // In a session of its own, so that Ctrl-C does not reach it before the containers are gone.
        Process keeper = new ProcessBuilder(
                        "setsid", "sh", "-c", Resources.text("/own-docker-engine.sh"), "sh", folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(keeper), "end of the Docker engine"));
        String host = "unix://" + folder.resolve("docker.sock");
        long end = System.nanoTime() + START_PATIENCE.toNanos();
        while (!answers(host)) {
            if (System.nanoTime() - end > 0) {
                String log = Files.readString(folder.resolve("log"));
                end(keeper);
                reason = "dockerd does not start here: "
                        + log.lines().reduce((first, second) -> second).orElse("it says nothing");
                return;
            }
        }
        shared = new DockerEngine(host);
    }

    private static void end(Process keeper) {
        try {
            keeper.getOutputStream().close();
            keeper.waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the Docker engine of the tests has been left behind", e);
        }
    }

    private static boolean answers(String host) throws InterruptedException {
        return Program.run(Duration.ofSeconds(20), List.of("docker", "-H", host, "version"))
                .isOk();
    }

    static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** Removes a container, if there is one of this name, whatever it does. */
    public void remove(String container) throws InterruptedException {
        Program.Result removed = docker("rm", "-f", container);
        assertThat(removed.isOk() || removed.said().contains("No such container"))
                .as(removed.said())
                .isTrue();
    }
}
