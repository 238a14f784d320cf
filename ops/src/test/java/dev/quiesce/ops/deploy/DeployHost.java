package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.testing.DockerEngine;
import dev.quiesce.web.testing.Nginx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * A host with a Docker Engine, an nginx, a database, and the sample service, which is deployed by the real command line. Not safe
 * for use by several threads.
 */
final class DeployHost {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Path OPS = Path.of("target", "quiesce-ops.jar").toAbsolutePath();
    private static final Path SERVICE =
            Path.of("..", "web-app", "target").toAbsolutePath().normalize();
    private static final String NAME = "quiesce-deploy-it";
    private static final String CONFIGURATION = """
            service = %1$s
            run.options = --network host --volume %2$s:/service:ro --volume %3$s:%3$s %4$s
            run.command = java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar /service/quiesce-web-app.jar --drill --admission-patience=20s --admission-waiting=1000 --db-main-acquire-timeout=10s \\
              --admin-port={admin-port} %5$s
            blue.port = %6$d
            blue.admin-port = %7$d
            green.port = %8$d
            green.admin-port = %9$d
            ready.timeout = 40s
            nginx.command = nginx -p %10$s -c nginx.conf -e error.log
            nginx.pid = %10$s/nginx.pid
            state.folder = %10$s/state
            probe.url = http://127.0.0.1:%11$d/drill/sleep?ms=0
            """;

    /** How requests are led from one version to the other. */
    enum Mode {
        RELOAD("""
                ready.url = http://127.0.0.1:{port}/drill/sleep?ms=0
                upstream.file = %1$s/group.conf
                upstream.content = upstream service { server 127.0.0.1:{port}; keepalive 32; }
                switch.longest-request = 1s
                """, "--http-host=127.0.0.1 --http-port={port}"),
        SOCKET("""
                ready.url = http://unix:%1$s/sockets/{colour}.sock:/drill/sleep?ms=0
                upstream.socket = %1$s/sockets/service.sock
                """, "--http-socket=%1$s/sockets/{colour}.sock --shutdown-linger=1s");

        private final String settings;
        private final String options;

        Mode(String settings, String options) {
            this.settings = settings;
            this.options = options;
        }
    }

    private final DockerEngine engine = DockerEngine.shared();
    private final Mode mode;
    private final EmbeddedMariaDb database;
    private final Path folder;
    private final Nginx nginx;
    private final Path config;
    private final String configuration;
    private final DeployImages images;
    private Colour live = Colour.GREEN;
    private String liveImage = "none";

    DeployHost(Mode mode, Path folder, EmbeddedMariaDb database) throws Exception {
        this.mode = mode;
        this.folder = folder;
        this.database = database;
        this.images = new DeployImages(engine, NAME, folder.resolve("image"));
        Path sockets = Files.createDirectory(folder.resolve("sockets"));
        nginx = Nginx.start(
                folder, "", List.of(mode == Mode.RELOAD ? "127.0.0.1:1" : "unix:" + sockets.resolve("service.sock")));
        List<Integer> ports = Ports.free(4);
        StringBuilder environment = new StringBuilder();
        for (String name : List.of("main", "d4")) {
            String prefix = "--env QUIESCE_DB_" + name.toUpperCase(Locale.ROOT);
            environment.append(prefix + "_URL=" + database.jdbcUrl(name) + " ");
            environment.append(prefix + "_USER=" + database.user() + " ");
            environment.append(prefix + "_PASSWORD=" + database.password() + " ");
        }
        configuration = CONFIGURATION.formatted(
                        NAME,
                        SERVICE,
                        sockets,
                        environment.toString().strip(),
                        mode.options.formatted(folder),
                        ports.get(0),
                        ports.get(1),
                        ports.get(2),
                        ports.get(3),
                        folder,
                        nginx.address().getPort())
                + mode.settings.formatted(folder);
        config = Files.writeString(folder.resolve("deploy.properties"), configuration);
    }

    /**
     * Makes sure that exactly one version serves, and that nothing of what has been tried before is left: as it is after a deploy.
     * It is deployed anew only if that is not so.
     */
    void haveOneServe() throws Exception {
        Files.writeString(config, configuration);
        if (isAsAfterADeploy()) {
            return;
        }
        removeContainers();
        Files.deleteIfExists(folder.resolve("state/deploy.json"));
        // The operator begins with the place that the first version will not take.
        if (mode == Mode.RELOAD) {
            new UpstreamFile(read()).put(Optional.of(read().upstream(Colour.GREEN)));
        } else {
            new Link(folder.resolve("sockets/service.sock")).lead(Optional.empty());
        }
        End first = deploy(image("1"));
        assertThat(first.code()).as(first.said()).isZero();
        assertThat(first.said()).contains(NAME + " is served by blue, " + NAME + ":1");
        live = Colour.BLUE;
        liveImage = NAME + ":1";
        images.beginWith(inspect("{{.Image}}"));
    }

    private boolean isAsAfterADeploy() throws Exception {
        Optional<Colour> led = mode == Mode.RELOAD
                ? new UpstreamFile(read()).colour()
                : Routing.of(read(), new Containers()).colour();
        if (led.isEmpty() || !runs(led.get()) || runs(led.get().other())) {
            return false;
        }
        if (new Journal(read().state())
                .read()
                .filter(Journal.Entry::isUnfinished)
                .isPresent()) {
            return false;
        }
        live = led.get();
        liveImage = inspect("{{.Config.Image}}");
        images.beginWith(inspect("{{.Image}}"));
        return true;
    }

    private String inspect(String format) throws InterruptedException {
        return engine.docker("inspect", "--format", format, NAME + "-" + live)
                .orFail()
                .out()
                .strip();
    }

    /** Returns where the version is that served when {@link #haveOneServe} was called. */
    Colour live() {
        return live;
    }

    /** Returns the image of the version that served when {@link #haveOneServe} was called. */
    String liveImage() {
        return liveImage;
    }

    DeployConfig read() {
        return DeployConfigFile.read(config);
    }

    /**
     * Returns an image of the sample service, as if it were another version. It is another one than that which served when
     * {@link #haveOneServe} was called, even if that is called the same.
     */
    String image(String version) throws Exception {
        return images.version(version);
    }

    /** Returns images that are no versions. */
    DeployImages images() {
        return images;
    }

    /** Begins a command. */
    ServiceProcess begin(String command, String... options) throws IOException {
        return begin(Map.of(), command, options);
    }

    private ServiceProcess begin(Map<String, String> variables, String command, String... options) throws IOException {
        return begin(config, variables, command, options);
    }

    /** Begins a deploy of another service on this host. */
    ServiceProcess beginDeploy(Path configuration, String image) throws IOException {
        return begin(configuration, Map.of(), "deploy", "--image", image);
    }

    private ServiceProcess begin(Path config, Map<String, String> variables, String command, String... options)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
        arguments.addAll(List.of(options));
        Map<String, String> environment =
                new HashMap<>(Map.of("DOCKER_HOST", engine.host(), "PATH", System.getenv("PATH") + ":/usr/sbin"));
        environment.putAll(variables);
        return ServiceProcess.jar(OPS, environment, arguments.toArray(String[]::new));
    }

    /**
     * What a command has come to.
     *
     * @param code its exit code
     * @param said all that it has said
     */
    record End(int code, String said) {}

    End run(String command, String... options) throws Exception {
        try (ServiceProcess process = begin(command, options)) {
            return end(process);
        }
    }

    End deploy(String image) throws Exception {
        return run("deploy", "--image", image);
    }

    /**
     * Deploys with other programs in place of {@code docker} and {@code nginx}: a script for {@code sh}, in which {@code $real} is the
     * one in whose place it is, and {@code $folder} one of its own.
     */
    End deployWithPrograms(String image, String script) throws Exception {
        Path programs = Files.createDirectories(folder.resolve("programs"));
        String path = System.getenv("PATH") + ":/usr/sbin";
        for (String name : List.of("docker", "nginx")) {
            Path program = Files.writeString(
                    programs.resolve(name),
                    "#!/bin/sh\nfolder=" + programs + "\nreal=$(PATH=" + path + " command -v " + name + ")\n" + script
                            + "exec \"$real\" \"$@\"\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
        }
        try (ServiceProcess process = begin(Map.of("PATH", programs + ":" + path), "deploy", "--image", image)) {
            return end(process);
        }
    }

    /** Deploys until a program is called with these first arguments, which is then done before the deploy is killed, or not at all. */
    void deployAndKillAtCall(String image, String call, boolean done) throws Exception {
        End end = deployWithPrograms(
                image,
                "case \"$*\" in *'" + call + "'*) " + (done ? "\"$real\" \"$@\"; " : "")
                        + "kill -KILL $PPID; exit;; esac\n");
        assertThat(end.code()).as(end.said()).isEqualTo(128 + 9);
    }

    /** Waits for the end of a command. */
    static End end(ServiceProcess process) throws Exception {
        int code = process.awaitExit(PATIENCE);
        return new End(code, String.join("\n", process.lines()));
    }

    /** Kills a deploy as soon as it says something. */
    void deployAndKillAt(String image, String line) throws Exception {
        killAt(line, "deploy", "--image", image);
    }

    /** Kills a command as soon as it says something. */
    void killAt(String line, String command, String... options) throws Exception {
        try (ServiceProcess process = begin(command, options)) {
            process.awaitLine(line, PATIENCE);
            process.signal("KILL");
            process.awaitExit(PATIENCE);
        } catch (TimeoutException e) {
            throw new AssertionError("the command never said \"" + line + "\"", e);
        }
    }

    /** Kills a deploy after a time, whatever it is at; it may have ended. */
    void deployAndKillAfter(String image, Duration time) throws Exception {
        try (ServiceProcess process = begin("deploy", "--image", image)) {
            try {
                process.awaitExit(time);
            } catch (TimeoutException stillRuns) {
                process.signal("KILL");
                process.awaitExit(PATIENCE);
            }
        }
    }

    DeployLoad load() throws Exception {
        return DeployLoad.start(nginx.address());
    }

    void assertNothingLost(DeployLoad load) throws Exception {
        load.assertNothingLost(mode == Mode.RELOAD, this::committed, nginxErrors());
    }

    Path config() {
        return config;
    }

    Path folder() {
        return folder;
    }

    String nginxErrors() throws IOException {
        return nginx.errors().toString();
    }

    /** Returns the ids of the rows that the service, and others with its database, have committed. */
    Set<String> committed() throws Exception {
        return DeployLoad.committed(database.jdbcUrl("main"), database.user(), database.password());
    }

    void kill(Colour colour) throws InterruptedException {
        engine.docker("kill", NAME + "-" + colour).orFail();
    }

    /** Returns what would change if a container were made, started or stopped. */
    String stateOfContainers() throws InterruptedException {
        return engine.docker(
                        "inspect",
                        "--format",
                        "{{.Id}} {{.State.StartedAt}} {{.State.FinishedAt}}",
                        NAME + "-" + Colour.BLUE,
                        NAME + "-" + Colour.GREEN)
                .orFail()
                .out();
    }

    String labels(Colour colour) throws InterruptedException {
        return engine.docker("inspect", "--format", "{{json .Config.Labels}}", NAME + "-" + colour)
                .orFail()
                .out();
    }

    boolean runs(Colour colour) throws InterruptedException {
        return engine.docker("inspect", "--format", "{{.State.Running}}", NAME + "-" + colour)
                .out()
                .strip()
                .equals("true");
    }

    void close() throws Exception {
        removeContainers();
        nginx.close();
    }

    private void removeContainers() throws InterruptedException {
        for (Colour colour : Colour.values()) {
            engine.remove(NAME + "-" + colour);
        }
    }
}
