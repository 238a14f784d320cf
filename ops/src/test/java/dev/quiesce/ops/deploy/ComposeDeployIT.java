package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.deploy.DeployHost.End;
import dev.quiesce.ops.testing.ComposeHost;
import dev.quiesce.ops.testing.DockerEngine;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.ops.testing.SampleImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deploys on the small host of {@code compose/}, by the {@code deploy.properties} that is shipped with it: the image as built, and
 * nginx in its container, on a read-only root with a prefix of its own.
 */
@Tag("docker")
@Tag("slow")
@ExtendWith(SampleDatabase.Provider.class)
class ComposeDeployIT {
    private static final Path OPS = Path.of("target", "quiesce-ops.jar").toAbsolutePath();
    private static final String BLUE = "tradurs-back-blue";
    private static final String GREEN = "tradurs-back-green";
    private static final String RUN = "{{.Id}} {{.State.StartedAt}} {{.State.Running}}";

    /** The limits, what it may do, how it begins and ends, what it may read and what it is told, each on a line. */
    private static final String MADE = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}}"
            + " {{.HostConfig.CpuShares}} {{.HostConfig.PidsLimit}} {{.Config.StopTimeout}} {{.Config.StopSignal}}"
            + " {{.HostConfig.NetworkMode}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}"
            + " {{.HostConfig.SecurityOpt}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.LogConfig}}"
            + "{{println}}{{range .Mounts}}{{println .Type .Source .Destination .RW}}{{end}}"
            + "{{range .Config.Env}}{{println .}}{{end}}";

    private final DockerEngine engine = DockerEngine.shared();
    private final SampleDatabase database;
    private ComposeHost host;

    @TempDir
    private Path folder;

    ComposeDeployIT(SampleDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void prepare() throws Exception {
        host = ComposeHost.in(folder, engine, database);
        Files.write(
                host.file("compose/.env"),
                List.of("QUIESCE_DRILL=true", "QUIESCE_ADMISSION_PATIENCE=8s", "QUIESCE_ADMISSION_WAITING=1000"),
                StandardOpenOption.APPEND);
        Files.writeString(
                host.file("compose/deploy.properties"),
                "state.folder = " + folder.resolve("state") + "\n",
                StandardOpenOption.APPEND);
    }

    @AfterEach
    void remove() throws InterruptedException {
        host.remove();
    }

    @Test
    void backEndThatComposeHasMade_isTakenOverByTheFirstDeploy_losingNothing_andComesBackByARollback()
            throws Exception {
        host.compose("--profile", "back-end", "up", "--detach").orFail();
        List<String> made = made(BLUE);
        String nginx = host.inspect(RUN, host.container("nginx-host"));
        awaitReady();
        try (DeployLoad load = DeployLoad.start(host.address())) {
            load.awaitCalm();
            End end = run("deploy", "--image", image("1"));
            assertThat(end.code()).as(end.said()).isZero();
            assertThat(end.said())
                    .contains(
                            "is served by green, " + image("1"),
                            host.container(BLUE) + " has stopped with exit code 0: Stopped cleanly",
                            "none was lost");
            String serves = host.inspect(RUN, host.container(GREEN));

            host.compose("up", "--detach").orFail();

            assertThat(host.inspect(RUN, host.container(GREEN))).isEqualTo(serves);
            assertThat(isRunning(BLUE)).isFalse();
            load.assertNothingLost(true, this::committed, log("nginx-host"));
            assertThat(load.closes()).isEqualTo(DeployLoad.SOCKETS);
        }
        assertThat(made(GREEN)).containsExactlyInAnyOrderElementsOf(made);
        assertThat(host.inspect(RUN, host.container("nginx-host"))).isEqualTo(nginx);

        End back = run("rollback");
        assertThat(back.code()).as(back.said()).isZero();
        assertThat(back.said()).contains("is served by blue, ");
        assertThat(run("status").code()).isZero();
    }

    @Test
    void hostWithoutABackEnd_getsItsFirstVersionByADeploy_andTheNextOneLosesNothing() throws Exception {
        host.compose("up", "--detach").orFail();
        End first = run("deploy", "--image", image("1"));
        assertThat(first.code()).as(first.said()).isZero();
        assertThat(first.said()).contains("is served by green, " + image("1"));
        try (DeployLoad load = DeployLoad.start(host.address())) {
            load.awaitCalm();
            End second = run("deploy", "--image", image("2"));
            assertThat(second.code()).as(second.said()).isZero();
            assertThat(second.said()).contains("is served by blue, " + image("2"), "none was lost");
            String serves = host.inspect(RUN, host.container(BLUE));

            host.compose("up", "--detach").orFail();

            assertThat(host.inspect(RUN, host.container(BLUE))).isEqualTo(serves);
            assertThat(isRunning(GREEN)).isFalse();
            load.assertNothingLost(true, this::committed, log("nginx-host"));
        }
    }

    @Test
    void nginxThatIsCalledWithoutItsPrefix_isNotTold_andTheOperatorHearsWhatToSet() throws Exception {
        host.compose("up", "--detach").orFail();
        host.change("compose/deploy.properties", "nginx.command = ", "# nginx.command = ");

        End end = run("deploy", "--image", image("1"));

        assertThat(end.code()).as(end.said()).isEqualTo(1);
        assertThat(end.said())
                .contains(
                        "nginx refuses its configuration (docker exec " + host.container("nginx-host") + " nginx -T)",
                        "set nginx.command to how nginx was started")
                .doesNotContain("Starting");
    }

    /** Returns how a container has been made, but for its ports. */
    private List<String> made(String container) throws InterruptedException {
        return host.inspect(MADE, host.container(container))
                .lines()
                .filter(line -> !line.contains("_PORT="))
                .toList();
    }

    private void awaitReady() throws Exception {
        DeployConfig config = DeployConfigFile.read(host.file("compose/deploy.properties"));
        new Visitor().awaitReady(config.readyUrl(Colour.BLUE), config.readyTimeout(), () -> isRunning(BLUE));
    }

    private boolean isRunning(String container) throws InterruptedException {
        return host.inspect("{{.State.Running}}", host.container(container)).equals("true");
    }

    private String log(String container) throws InterruptedException {
        return engine.docker("logs", "--tail", "200", host.container(container)).said();
    }

    /** Returns an image of the sample service, as if it were another version. */
    private String image(String version) throws Exception {
        Path context = Files.createDirectories(folder.resolve("image"));
        Files.writeString(
                context.resolve("Dockerfile"), "FROM " + SampleImage.tag() + "\nLABEL version=" + version + "\n");
        String tag = "quiesce-compose-it:" + version;
        engine.docker("build", "--tag", tag, context.toString()).orFail();
        return tag;
    }

    private End run(String command, String... options) throws Exception {
        String[] arguments = new String[options.length + 3];
        arguments[0] = command;
        arguments[1] = "--config";
        arguments[2] = host.file("compose/deploy.properties").toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        try (ServiceProcess process = ServiceProcess.jar(
                OPS, Map.of("DOCKER_HOST", engine.host(), "PATH", System.getenv("PATH")), arguments)) {
            return DeployHost.end(process);
        }
    }

    private Set<String> committed() throws Exception {
        Map<String, String> settings = database.environment();
        return DeployLoad.committed(
                settings.get("QUIESCE_DB_MAIN_URL"),
                settings.get("QUIESCE_DB_MAIN_USER"),
                settings.get("QUIESCE_DB_MAIN_PASSWORD"));
    }
}
