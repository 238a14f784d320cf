package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.deploy.DeployHost.End;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.OpenLoad;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deploys of the sample service with a real Docker Engine and a real nginx, under load. */
@Tag("docker")
@Tag("nginx")
@Tag("slow")
class DeployIT {
    private static final int PER_SECOND = 150;

    /** More of them show more, and take longer: {@code -Ddeploys=20}. */
    private static final int DEPLOYS = Integer.getInteger("deploys", 3);

    @TempDir
    private Path folder;

    private DeployHost host;

    @BeforeAll
    static void needsNginx() {
        assumeTrue(Nginx.isInstalled(), "there is no nginx: install Debian's nginx-light");
    }

    @BeforeEach
    void deployTheFirst() throws Exception {
        host = new DeployHost(folder);
        End first = host.deploy(host.image("1"));
        assertThat(first.code()).as(first.said()).isZero();
        assertThat(first.said()).contains("quiesce-deploy-it is served by blue, quiesce-deploy-it:1");
    }

    @AfterEach
    void close() throws Exception {
        host.close();
    }

    @Test
    void deploysUnderLoad_loseNothing() throws Exception {
        try (OpenLoad load = host.load(PER_SECOND)) {
            for (int i = 0; i < DEPLOYS; i++) {
                load.awaitAnswersSoFar();
                End end = host.deploy(host.image("n" + i));
                assertThat(end.code()).as(end.said()).isZero();
                assertThat(end.said()).contains("has stopped with exit code 0: Stopped cleanly", "none was lost");
            }
            End back = host.run("rollback");
            assertThat(back.code()).as(back.said()).isZero();

            assertNothingLost(load);
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
        try (OpenLoad load = host.load(PER_SECOND)) {
            host.deployAndKillAt(host.image("2"), line);
            End again = host.deploy(host.image("2"));
            assertThat(again.code()).as(again.said()).isZero();

            assertNothingLost(load);
        }
        End status = host.run("status", "--json");
        assertThat(status.code()).as(status.said()).isZero();
        assertThat(status.said()).contains("\"live\" : \"green\"", "\"last\" : \"DONE\"");
        assertThat(host.runs(Colour.BLUE)).isFalse();
    }

    @Test
    void newVersionThatIsGoneAfterAnInterruption_isLedAwayFrom_andDeployedAnew() throws Exception {
        host.deployAndKillAt(host.image("2"), "Waiting until nginx");
        host.kill(Colour.GREEN);
        End again = host.deploy(host.image("3"));
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said()).contains("leading requests back to blue", "is served by green, quiesce-deploy-it:3");
        assertThat(host.runs(Colour.BLUE)).isFalse();
    }

    @Test
    void rollbackThatIsKilled_isBroughtToItsEnd_andNoFurther() throws Exception {
        assertThat(host.deploy(host.image("2")).code()).isZero();
        try (OpenLoad load = host.load(PER_SECOND)) {
            host.killAt("Waiting until nginx", "rollback");
            End again = host.run("rollback");
            assertThat(again.code()).as(again.said()).isZero();
            assertThat(again.said()).contains("is served by blue, quiesce-deploy-it:1");

            assertNothingLost(load);
        }
        assertBlueServesAlone();
    }

    @Test
    void rollbackOfADeployThatWasKilledBeforeItLed_endsTheNewVersion() throws Exception {
        try (OpenLoad load = host.load(PER_SECOND)) {
            host.deployAndKillAt(host.image("2"), "Warming ");
            assertThat(host.runs(Colour.GREEN)).isTrue();
            End back = host.run("rollback");
            assertThat(back.code()).as(back.said()).isEqualTo(1);
            assertThat(back.said()).contains("came to nothing, so there is nothing to roll back");

            assertNothingLost(load);
        }
        assertBlueServesAlone();
    }

    @Test
    void deployOverOneThatWasKilledWhileItLed_endsWithTheLatest() throws Exception {
        try (OpenLoad load = host.load(PER_SECOND)) {
            host.deployAndKillAt(host.image("2"), "Waiting until nginx");
            End next = host.deploy(host.image("1"));
            assertThat(next.code()).as(next.said()).isZero();
            assertThat(next.said()).contains("is served by blue, quiesce-deploy-it:1");

            assertNothingLost(load);
        }
        assertBlueServesAlone();
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
        try (OpenLoad load = host.load(PER_SECOND)) {
            End silent = host.deploy(host.imageThatServesNothing());
            assertThat(silent.code()).as(silent.said()).isEqualTo(1);
            assertThat(silent.said())
                    .contains("I serve nothing", "quiesce-deploy-it-blue goes on serving", "is not ready after 2 s");

            End broken = host.deploy(host.imageThatDoesNotStart());
            assertThat(broken.code()).as(broken.said()).isEqualTo(3);

            assertNothingLost(load);
        }
        assertBlueServesAlone();
        End back = host.run("rollback");
        assertThat(back.code()).isEqualTo(1);
        assertThat(back.said()).contains("came to nothing, so there is nothing to roll back");
    }

    @Test
    void configurationThatNginxRefuses_leavesTheOldOneServing() throws Exception {
        String good = Files.readString(host.config());
        try (OpenLoad load = host.load(PER_SECOND)) {
            // What the file says of blue stays as it is.
            String blue = host.read().upstream(Colour.BLUE).strip();
            Files.writeString(
                    host.config(),
                    good.replaceAll("upstream\\.content = .*", "upstream.content = {content}") + "blue.content = "
                            + blue + "\ngreen.content = upstream service { nonsense; }\n");
            End refused = host.deploy(host.image("2"));
            assertThat(refused.code()).as(refused.said()).isEqualTo(1);
            assertThat(refused.said()).contains("nginx refuses its configuration", "nonsense");
            assertThat(new UpstreamFile(host.read()).colour()).isEqualTo(Optional.of(Colour.BLUE));

            Files.writeString(host.config(), good);
            Files.writeString(folder.resolve("nginx.conf"), "nonsense;\n", StandardOpenOption.APPEND);
            End early = host.deploy(host.image("2"));
            assertThat(early.code()).as(early.said()).isEqualTo(1);
            assertThat(early.said()).doesNotContain("Starting");

            assertNothingLost(load);
        }
        assertBlueServesAlone();
    }

    @Test
    void fullDisk_leavesTheOldOneServing() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small disk");
        Path state = folder.resolve("state");
        try (SmallDisk disk = SmallDisk.at(state);
                OpenLoad load = host.load(PER_SECOND)) {
            disk.fill();
            End nowhereToRemember = host.deploy(host.image("2"));
            assertThat(nowhereToRemember.code()).as(nowhereToRemember.said()).isEqualTo(3);
            assertThat(nowhereToRemember.said())
                    .contains("No space left on device")
                    .doesNotContain("Starting");

            assertNothingLost(load);
        }
        assertBlueServesAlone();
    }

    @Test
    void fullDiskOfNginx_leavesTheOldOneServing() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can mount a small disk");
        Path file = host.read().upstreamFile();
        Path place = Files.createDirectory(folder.resolve("small"));
        try (SmallDisk disk = SmallDisk.at(place);
                OpenLoad load = host.load(PER_SECOND)) {
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
            assertThat(full.said()).contains("Leading requests to green", "No space left on device", "goes on serving");

            assertNothingLost(load);
            assertBlueServesAlone();
        }
    }

    @Test
    void secondDeployAtTheSameTime_isRefused() throws Exception {
        try (ServiceProcess first = host.begin("deploy", "--image", host.image("2"))) {
            first.awaitLine("Waiting until http", DeployHost.PATIENCE);
            End second = host.deploy(host.image("3"));
            assertThat(second.code()).isEqualTo(1);
            assertThat(second.said()).contains("another deploy or rollback is running");
            assertThat(first.awaitExit(DeployHost.PATIENCE)).isZero();
        }
    }

    private void assertBlueServesAlone() throws Exception {
        assertThat(host.runs(Colour.BLUE)).isTrue();
        assertThat(host.runs(Colour.GREEN)).isFalse();
        End status = host.run("status");
        assertThat(status.code()).as(status.said()).isZero();
    }

    private void assertNothingLost(OpenLoad load) throws Exception {
        load.awaitAnswersSoFar();
        load.end();
        assertThat(load.failures()).as("nginx says %s", host.nginxErrors()).isEmpty();
        assertThat(load.sent()).isGreaterThan(PER_SECOND);
        assertThat(host.committed()).containsAll(load.committed());
    }
}
