package dev.quiesce.ops.deploy;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.testing.DockerEngine;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.OpenLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
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
            run.options = --network host --volume %2$s:/service:ro %3$s
            run.command = java -jar /service/quiesce-web-app.jar --drill --http-host=127.0.0.1 --http-port={port} \\
              --admin-port={admin-port} --admission-patience=20s --admission-waiting=1000
            blue.port = %4$d
            blue.admin-port = %5$d
            green.port = %6$d
            green.admin-port = %7$d
            ready.url = http://127.0.0.1:{port}/drill/sleep?ms=0
            ready.timeout = 40s
            upstream.file = %8$s/group.conf
            upstream.content = upstream service { server 127.0.0.1:{port}; keepalive 32; }
            nginx.command = nginx -p %9$s -c nginx.conf -e error.log
            nginx.pid = %9$s/nginx.pid
            state.folder = %9$s/state
            probe.url = http://127.0.0.1:%10$d/drill/sleep?ms=0
            """;

    private final DockerEngine engine = DockerEngine.shared();
    private final EmbeddedMariaDb database = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
    private final Path folder;
    private final Nginx nginx;
    private final Path config;

    DeployHost(Path folder) throws Exception {
        this.folder = folder;
        removeContainers();
        database.start();
        nginx = Nginx.start(folder, "", List.of("127.0.0.1:1"));
        List<Integer> ports = Ports.free(4);
        StringBuilder environment = new StringBuilder();
        for (String name : List.of("main", "d4")) {
            String prefix = "--env QUIESCE_DB_" + name.toUpperCase(Locale.ROOT);
            environment.append(prefix + "_URL=" + database.jdbcUrl(name) + " ");
            environment.append(prefix + "_USER=" + database.user() + " ");
            environment.append(prefix + "_PASSWORD=" + database.password() + " ");
        }
        config = folder.resolve("deploy.properties");
        Files.writeString(
                config,
                CONFIGURATION.formatted(
                        NAME,
                        SERVICE,
                        environment.toString().strip(),
                        ports.get(0),
                        ports.get(1),
                        ports.get(2),
                        ports.get(3),
                        folder,
                        folder,
                        nginx.address().getPort()));
        // The operator begins with the place that the first version will not take.
        new UpstreamFile(read()).put(Optional.of(read().upstream(Colour.GREEN)));
    }

    DeployConfig read() {
        return DeployConfigFile.read(config);
    }

    /** Returns an image of the sample service, as if it were another version. */
    String image(String version) throws Exception {
        return build(
                version,
                "FROM " + engine.jdkImage(Path.of(System.getProperty("java.home"))) + "\nLABEL version=" + version
                        + "\n");
    }

    /** Returns an image that runs for ever and serves nothing. */
    String imageThatServesNothing() throws Exception {
        return build(
                "serves-nothing",
                "FROM " + engine.baseImage()
                        + "\nENTRYPOINT [\"sh\", \"-c\", \"echo I serve nothing; exec sleep 600\"]\n");
    }

    private String build(String version, String content) throws Exception {
        Path context = Files.createDirectories(folder.resolve("image"));
        Files.writeString(context.resolve("Dockerfile"), content);
        String tag = NAME + ":" + version;
        engine.docker("build", "--tag", tag, context.toString()).orFail();
        return tag;
    }

    /** Returns an image in which the command of the service does not exist. */
    String imageThatDoesNotStart() throws Exception {
        return build("does-not-start", "FROM " + engine.baseImage() + "\nLABEL version=does-not-start\n");
    }

    /** Begins a command. */
    ServiceProcess begin(String command, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
        arguments.addAll(List.of(options));
        return ServiceProcess.jar(
                OPS,
                Map.of("DOCKER_HOST", engine.host(), "PATH", System.getenv("PATH") + ":/usr/sbin"),
                arguments.toArray(String[]::new));
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
            int code = process.awaitExit(PATIENCE);
            return new End(code, String.join("\n", process.lines()));
        }
    }

    End deploy(String image) throws Exception {
        return run("deploy", "--image", image);
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

    OpenLoad load(int perSecond) {
        return OpenLoad.start(nginx.address(), perSecond);
    }

    List<String> nginxErrors() throws IOException {
        return nginx.errors();
    }

    Path config() {
        return config;
    }

    /** Returns the ids of the rows that the service has committed. */
    Set<String> committed() throws Exception {
        Set<String> ids = new HashSet<>();
        try (var connection =
                        DriverManager.getConnection(database.jdbcUrl("main"), database.user(), database.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from drill_tx")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    void kill(Colour colour) throws InterruptedException {
        engine.docker("kill", NAME + "-" + colour).orFail();
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
        database.stop(Deadline.after(Duration.ofSeconds(10)));
    }

    private void removeContainers() throws InterruptedException {
        for (Colour colour : Colour.values()) {
            engine.remove(NAME + "-" + colour);
        }
    }
}
