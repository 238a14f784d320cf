package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.deploy.DeployHost.End;
import dev.quiesce.ops.deploy.DeployHost.Mode;
import dev.quiesce.web.testing.Nginx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Deploys of the sample service with a real Docker Engine and a real nginx, under load, by either way to lead requests elsewhere. All
 * cases have one host, on which each of them begins with one version that serves alone.
 */
@Tag("docker")
@Tag("nginx")
@Tag("slow")
@ParameterizedClass
@EnumSource(Mode.class)
class DeployIT {
    /** More of them show more, and take longer: {@code -Ddeploys=20}. */
    private static final int DEPLOYS = Integer.getInteger("deploys", 3);

    /** How many deploys are killed twice, at moments by chance: {@code -Dkills=20}. */
    private static final int KILLS = Integer.getInteger("kills", 1);

    private static final int LONGEST_UNTIL_KILLED_MILLIS = 7_000;

    @TempDir
    private static Path folder;

    private static EmbeddedMariaDb database;
    private static DeployHost host;

    @Parameter
    private Mode mode;

    @BeforeAll
    static void startTheDatabase() throws Exception {
        assumeTrue(Nginx.isInstalled(), "skipped: no nginx; install the package nginx-light of Debian");
        database = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
        database.start();
    }

    @BeforeParameterizedClassInvocation
    static void startTheHost(Mode mode) throws Exception {
        host = new DeployHost(mode, Files.createDirectory(folder.resolve(mode.name())), database);
    }

    @AfterParameterizedClassInvocation
    static void stopTheHost() throws Exception {
        host.close();
    }

    @AfterAll
    static void stopTheDatabase() throws Exception {
        database.stop(Deadline.after(Duration.ofSeconds(10)));
    }

    @BeforeEach
    void begin() throws Exception {
        host.haveOneServe();
    }

    @Test
    void deploysUnderLoad_loseNothing() throws Exception {
        try (DeployLoad load = host.load()) {
            for (int i = 0; i < DEPLOYS; i++) {
                load.awaitCalm();
                End end = host.deploy(host.image("n" + i));
                assertThat(end.code()).as(end.said()).isZero();
                assertThat(end.said()).contains("has stopped with exit code 0: Stopped cleanly", "none was lost");
            }
            load.awaitCalm();
            End back = host.run("rollback");
            assertThat(back.code()).as(back.said()).isZero();

            host.assertNothingLost(load);
            assertThat(load.closes()).isEqualTo(DeployLoad.SOCKETS * (DEPLOYS + 1));
            System.out.println(mode + ": " + DEPLOYS + " deploys and a rollback, " + load.figures());
        }
        assertThat(host.run("status").code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Starting ",
                "Waiting until http",
                "Warming ",
                "Leading ",
                "Waiting until nginx",
                "Stopping ",
            })
    void deployThatIsKilled_losesNothing_andIsGoneOnWith(String line) throws Exception {
        assumeTrue(
                mode == Mode.RELOAD || !line.equals("Waiting until nginx"),
                "there are no workers to wait for without a reload");
        try (DeployLoad load = host.load()) {
            host.deployAndKillAt(host.image("2"), line);
            End again = host.deploy(host.image("2"));
            assertThat(again.code()).as(again.said()).isZero();

            host.assertNothingLost(load);
        }
        assertServesAlone(host.live().other(), "DONE");
    }

    @Test
    void deployThatIsKilledAroundOneCallAfterTheOther_losesNothing_andIsGoneOnWith() throws Exception {
        try (DeployLoad load = host.load()) {
            host.deployAndKillAtCall(host.image("2"), "create --pull", true);
            if (mode == Mode.RELOAD) {
                host.deployAndKillAtCall(host.image("2"), "-s reload", false);
                host.deployAndKillAtCall(host.image("2"), "-s reload", true);
            }
            host.deployAndKillAtCall(host.image("2"), "stop -t", true);
            End again = host.deploy(host.image("2"));
            assertThat(again.code()).as(again.said()).isZero();

            host.assertNothingLost(load);
        }
        assertServesAlone(host.live().other(), "DONE");
    }

    @Test
    void deployThatIsKilledTwice_atAnyMoment_losesNothing_andIsGoneOnWith() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println(mode + ": -Dseed=" + seed);
        Random random = new Random(seed);
        try (DeployLoad load = host.load()) {
            for (int i = 0; i < KILLS; i++) {
                String image = host.image("k" + i % 2);
                host.deployAndKillAfter(image, Duration.ofMillis(random.nextInt(LONGEST_UNTIL_KILLED_MILLIS)));
                host.deployAndKillAfter(image, Duration.ofMillis(random.nextInt(LONGEST_UNTIL_KILLED_MILLIS)));
                End end = host.deploy(image);
                assertThat(end.code()).as(end.said()).isZero();
                assertThat(end.said()).contains("is served by ", ", " + image);
                load.awaitCalm();
            }
            host.assertNothingLost(load);
        }
        assertThat(host.runs(Colour.BLUE)).isNotEqualTo(host.runs(Colour.GREEN));
    }

    @Test
    void newVersionThatIsGoneAfterAnInterruption_isLedAwayFrom_andDeployedAnew() throws Exception {
        Colour target = host.live().other();
        host.deployAndKillAtCall(host.image("2"), "stop -t", false);
        host.kill(target);
        End again = host.deploy(host.image("3"));
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said())
                .contains(
                        "leading requests back to " + host.live(), "is served by " + target + ", quiesce-deploy-it:3");
        assertThat(host.runs(host.live())).isFalse();
    }

    @Test
    void rollbackThatIsKilledAgainAndAgain_isBroughtToItsEnd_andNoFurther() throws Exception {
        String before = host.liveImage();
        assertThat(host.deploy(host.image("2")).code()).isZero();
        try (DeployLoad load = host.load()) {
            host.killAt("Waiting until http", "rollback");
            host.killAt("Leading ", "rollback");
            host.killAt("Stopping ", "rollback");
            End again = host.run("rollback");
            assertThat(again.code()).as(again.said()).isZero();
            assertThat(again.said()).contains("is served by " + host.live() + ", " + before);

            host.assertNothingLost(load);
        }
        assertServesAlone(host.live(), "DONE");
    }

    @Test
    void rollbackOfADeployThatWasKilledBeforeItLed_endsTheNewVersion() throws Exception {
        try (DeployLoad load = host.load()) {
            host.deployAndKillAt(host.image("2"), "Warming ");
            assertThat(host.runs(host.live().other())).isTrue();
            End back = host.run("rollback");
            assertThat(back.code()).as(back.said()).isEqualTo(1);
            assertThat(back.said()).contains("came to nothing, so there is nothing to roll back");

            host.assertNothingLost(load);
        }
        assertServesAlone(host.live(), "FAILED");
    }

    @Test
    void deployOverOneThatWasKilledWhileItLed_endsWithTheLatest() throws Exception {
        try (DeployLoad load = host.load()) {
            host.deployAndKillAtCall(host.image("2"), "stop -t", false);
            End next = host.deploy(host.image("1"));
            assertThat(next.code()).as(next.said()).isZero();
            assertThat(next.said()).contains("is served by " + host.live() + ", quiesce-deploy-it:1");

            host.assertNothingLost(load);
        }
        assertServesAlone(host.live(), "DONE");
    }

    @Test
    void containerThatALateCommandHasMade_isReplaced() throws Exception {
        // The docker create of a command that was killed comes to its end just before that of the next one.
        End end = host.deployWithPrograms(
                host.image("2"), """
                if [ "$1" = create ] && [ ! -e "$folder/late" ]; then
                  : >"$folder/late"
                  "$real" create --name quiesce-deploy-it-%s %s >/dev/null
                fi
                """.formatted(host.live().other(), host.image("1")));
        assertThat(host.folder().resolve("programs/late")).exists();
        assertThat(end.code()).as(end.said()).isZero();
        assertThat(end.said()).contains("is served by " + host.live().other() + ", quiesce-deploy-it:2");
        Files.delete(host.folder().resolve("programs/late"));
    }

    @Test
    void mistypedImage_changesNothing() throws Exception {
        assertThat(host.deploy(host.image("2")).code()).isZero();
        End mistyped = host.deploy("quiesce-deploy-it:mistyped");
        assertThat(mistyped.code()).isEqualTo(1);
        assertThat(mistyped.said()).contains("there is no image quiesce-deploy-it:mistyped on this host");

        End back = host.run("rollback");
        assertThat(back.code()).as(back.said()).isZero();
    }

    @Test
    void versionThatIsNeverReady_orDoesNotStart_leavesTheOldOneServing() throws Exception {
        Files.writeString(
                host.config(), Files.readString(host.config()).replace("ready.timeout = 40s", "ready.timeout = 2s"));
        try (DeployLoad load = host.load()) {
            End silent = host.deploy(host.images().thatServesNothing());
            assertThat(silent.code()).as(silent.said()).isEqualTo(1);
            assertThat(silent.said())
                    .contains(
                            "I serve nothing",
                            "quiesce-deploy-it-" + host.live() + " goes on serving",
                            "is not ready after 2 s");

            End broken = host.deploy(host.images().thatDoesNotStart());
            assertThat(broken.code()).as(broken.said()).isEqualTo(3);

            host.assertNothingLost(load);
            assertThat(load.closes()).isZero();
        }
        assertServesAlone(host.live(), "FAILED");
        End back = host.run("rollback");
        assertThat(back.code()).isEqualTo(1);
        assertThat(back.said()).contains("came to nothing, so there is nothing to roll back");
    }

    @Test
    void configurationThatNginxRefuses_leavesTheOldOneServing() throws Exception {
        Path nginx = host.folder().resolve("nginx.conf");
        String goodOfNginx = Files.readString(nginx);
        try (DeployLoad load = host.load()) {
            if (mode == Mode.RELOAD) {
                refuseTheNewFile();
            }
            Files.writeString(nginx, "nonsense;\n", StandardOpenOption.APPEND);
            End early = host.deploy(host.image("2"));
            assertThat(early.code()).as(early.said()).isEqualTo(1);
            assertThat(early.said()).contains("nginx refuses its configuration").doesNotContain("Starting");

            host.assertNothingLost(load);
            assertThat(load.closes()).isZero();
        } finally {
            Files.writeString(nginx, goodOfNginx);
        }
        assertThat(host.runs(host.live())).isTrue();
        assertThat(host.runs(host.live().other())).isFalse();
    }

    private void refuseTheNewFile() throws Exception {
        String good = Files.readString(host.config());
        // What the file says of the version that serves stays as it is.
        String serves = host.read().upstream(host.live()).strip();
        Files.writeString(
                host.config(),
                good.replaceAll("upstream\\.content = .*", "upstream.content = {content}") + host.live()
                        + ".content = " + serves + "\n" + host.live().other()
                        + ".content = upstream service { nonsense; }\n");
        End refused = host.deploy(host.image("2"));
        assertThat(refused.code()).as(refused.said()).isEqualTo(1);
        assertThat(refused.said()).contains("nginx refuses its configuration", "nonsense");
        assertThat(new UpstreamFile(host.read()).colour()).isEqualTo(Optional.of(host.live()));
        Files.writeString(host.config(), good);
    }

    @Test
    void fullDisk_leavesTheOldOneServing() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small disk");
        Path state = Files.createDirectory(host.folder().resolve("full-state"));
        Files.writeString(
                host.config(),
                Files.readString(host.config())
                        .replace("state.folder = " + host.folder() + "/state", "state.folder = " + state));
        try (SmallDisk disk = SmallDisk.at(state);
                DeployLoad load = host.load()) {
            disk.fill();
            End nowhereToRemember = host.deploy(host.image("2"));
            assertThat(nowhereToRemember.code()).as(nowhereToRemember.said()).isEqualTo(3);
            assertThat(nowhereToRemember.said())
                    .contains("No space left on device")
                    .doesNotContain("Starting");

            host.assertNothingLost(load);
        }
        assertThat(host.runs(host.live())).isTrue();
        assertThat(host.runs(host.live().other())).isFalse();
    }

    @Test
    void fullDiskOfNginx_leavesTheOldOneServing() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small disk");
        assumeTrue(mode == Mode.RELOAD, "a link takes no room");
        Path file = host.read().upstreamFile();
        Path place = Files.createDirectory(host.folder().resolve("small"));
        String content = Files.readString(file);
        try (SmallDisk disk = SmallDisk.at(place);
                DeployLoad load = host.load()) {
            Files.copy(file, place.resolve("group.conf"));
            Files.delete(file);
            Files.createSymbolicLink(file, place.resolve("group.conf"));
            Files.writeString(
                    host.config(),
                    Files.readString(host.config())
                            .replace("upstream.file = " + file, "upstream.file = " + place.resolve("group.conf")));
            disk.fill();
            End full = host.deploy(host.image("2"));
            assertThat(full.code()).as(full.said()).isEqualTo(3);
            assertThat(full.said())
                    .contains(
                            "Leading requests to " + host.live().other(), "No space left on device", "goes on serving");

            host.assertNothingLost(load);
            assertServesAlone(host.live(), "FAILED");
        } finally {
            Files.delete(file);
            Files.writeString(file, content);
        }
    }

    @Test
    void secondDeployAtTheSameTime_isRefused() throws Exception {
        String other = host.image("3");
        try (ServiceProcess first = host.begin("deploy", "--image", host.image("2"))) {
            first.awaitLine("Waiting until http", DeployHost.PATIENCE);
            End second = host.deploy(other);
            assertThat(second.code()).isEqualTo(1);
            assertThat(second.said()).contains("another deploy or rollback is running");
            assertThat(first.awaitExit(DeployHost.PATIENCE)).isZero();
        }
    }

    private void assertServesAlone(Colour colour, String last) throws Exception {
        assertThat(host.runs(colour)).isTrue();
        assertThat(host.runs(colour.other())).isFalse();
        End status = host.run("status", "--json");
        assertThat(status.code()).as(status.said()).isZero();
        assertThat(status.said()).contains("\"live\" : \"" + colour + "\"", "\"last\" : \"" + last + "\"");
    }
}
