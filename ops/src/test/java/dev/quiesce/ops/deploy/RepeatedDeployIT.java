package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.ops.deploy.DeployHost.End;
import dev.quiesce.ops.deploy.DeployHost.Mode;
import dev.quiesce.web.testing.Nginx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deploys of what serves already, and rollbacks of what was never deployed, on one host, on which each case begins with one version
 * that serves alone.
 */
@Tag("docker")
@Tag("nginx")
@Tag("slow")
class RepeatedDeployIT {
    @TempDir
    private static Path folder;

    private static EmbeddedMariaDb database;
    private static DeployHost host;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Nginx.isInstalled(), "skipped: no nginx; install the package nginx-light of Debian");
        database = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
        database.start();
        host = new DeployHost(Mode.RELOAD, folder, database);
    }

    @AfterAll
    static void stop() throws Exception {
        if (host != null) {
            host.close();
        }
        if (database != null) {
            database.stop(Deadline.after(Duration.ofSeconds(10)));
        }
    }

    @BeforeEach
    void begin() throws Exception {
        host.haveOneServe();
    }

    @Test
    void deployOfWhatServes_doesNothing_andRollbackStillLeadsToTheVersionBefore() throws Exception {
        Colour before = host.live();
        String imageBefore = host.liveImage();
        deploy("2");
        String state = host.stateOfContainers();

        End repeated = host.deploy(host.image("2"));
        assertThat(repeated.code()).as(repeated.said()).isZero();
        assertThat(repeated.said())
                .contains("is served by " + before.other() + ", quiesce-deploy-it:2, already; nothing to do")
                .doesNotContain("Starting", "Making room", "Stopping");
        assertThat(host.stateOfContainers()).isEqualTo(state);

        End back = host.run("rollback");
        assertThat(back.code()).as(back.said()).isZero();
        assertThat(back.said()).contains("is served by " + before + ", " + imageBefore);
    }

    @Test
    void deployOfWhatServes_byAnotherNameOfTheImage_doesNothing() throws Exception {
        deploy("2");
        End repeated = host.deploy(host.images().anotherNameOf(host.image("2")));
        assertThat(repeated.code()).as(repeated.said()).isZero();
        assertThat(repeated.said()).contains("already; nothing to do");
    }

    @Test
    void deployOfWhatServes_asJson_saysThatNothingHasChanged() throws Exception {
        End first = host.run("deploy", "--json", "--image", host.image("2"));
        assertThat(first.said()).contains("\"changed\" : true");
        End repeated = host.run("deploy", "--json", "--image", host.image("2"));
        assertThat(repeated.said()).contains("\"changed\" : false", "\"clean\" : true");
    }

    @Test
    void deployOfWhatServes_againBecauseItsOptionsHaveChanged_replacesIt() throws Exception {
        deploy("2");
        Files.writeString(
                host.config(),
                Files.readString(host.config())
                        .replace("run.options = ", "run.options = --label dev.quiesce.changed=yes "));
        End again = host.run("deploy", "--again", "--image", host.image("2"));
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said()).contains("is served by " + host.live() + ", quiesce-deploy-it:2\n", "none was lost");
        assertThat(host.labels(host.live())).contains("dev.quiesce.changed");
    }

    @Test
    void deployOfWhatShouldServe_butDoesNotRun_bringsItUp() throws Exception {
        deploy("2");
        host.kill(host.live().other());
        End end = host.deploy(host.image("2"));
        assertThat(end.code()).as(end.said()).isZero();
        assertThat(end.said()).doesNotContain("already").contains("is served by " + host.live());
    }

    @Test
    void deployOfWhatServes_afterAnotherOneHasFailed_doesNothing() throws Exception {
        deploy("2");
        assertThat(host.deploy(host.images().thatDoesNotStart()).code()).isEqualTo(3);
        End repeated = host.deploy(host.image("2"));
        assertThat(repeated.code()).as(repeated.said()).isZero();
        assertThat(repeated.said()).contains("already; nothing to do");
    }

    @Test
    void rollbackOfADeployThatWasRefusedBeforeItBegan_undoesNothing() throws Exception {
        deploy("2");
        String state = host.stateOfContainers();
        Path nginx = host.folder().resolve("nginx.conf");
        String good = Files.readString(nginx);
        Files.writeString(nginx, "nonsense;\n", StandardOpenOption.APPEND);
        try {
            End refused = host.deploy(host.image("3"));
            assertThat(refused.code()).as(refused.said()).isEqualTo(1);
            assertUndoesNothing(host.image("3"));
        } finally {
            Files.writeString(nginx, good);
        }
        assertThat(host.deploy("quiesce-deploy-it:mistyped").code()).isEqualTo(1);
        assertUndoesNothing("quiesce-deploy-it:mistyped");
        assertThat(host.stateOfContainers()).isEqualTo(state);
    }

    @Test
    void rollbackOfADeployThatFailed_undoesNothing() throws Exception {
        deploy("2");
        assertThat(host.deploy(host.images().thatDoesNotStart()).code()).isEqualTo(3);
        assertUndoesNothing(host.images().thatDoesNotStart());
    }

    @Test
    void rollbackOfADeployThatWasKilledBeforeItLed_endsTheNewVersion() throws Exception {
        deploy("2");
        host.deployAndKillAt(host.image("3"), "Warming ");
        assertUndoesNothing(host.image("3"));
        assertThat(host.runs(host.live())).isFalse();
    }

    @Test
    void rollbackOfTheImageThatWasDeployedLast_goesBackOnce_andThenUndoesNothing() throws Exception {
        Colour before = host.live();
        String imageBefore = host.liveImage();
        deploy("2");
        host.killAt("Stopping ", "rollback", "--image", host.image("2"));
        End back = host.run("rollback", "--image", host.image("2"));
        assertThat(back.code()).as(back.said()).isZero();
        assertThat(back.said())
                .contains(
                        "A rollback of " + imageBefore + " was interrupted",
                        "is served by " + before + ", " + imageBefore);

        End again = host.run("rollback", "--image", host.image("2"));
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said())
                .contains(
                        "There is no deploy of quiesce-deploy-it:2 to undo",
                        "is served by " + before + ", " + imageBefore);
    }

    @Test
    void rollbackThatUndoesNothing_whereNothingServes_doesNotSayThatAllIsWell() throws Exception {
        host.kill(host.live());
        End end = host.run("rollback", "--image", "quiesce-deploy-it:mistyped");
        assertThat(end.code()).as(end.said()).isEqualTo(6);
        assertThat(end.said())
                .contains("quiesce-deploy-it-" + host.live() + ", to which requests are led, does not serve");
    }

    private static void assertUndoesNothing(String image) throws Exception {
        End back = host.run("rollback", "--image", image);
        assertThat(back.code()).as(back.said()).isZero();
        assertThat(back.said())
                .contains(
                        "There is no deploy of " + image + " to undo, so nothing is done",
                        "is served by " + host.live().other() + ", quiesce-deploy-it:2")
                .doesNotContain("Starting", "Leading");
    }

    private static void deploy(String version) throws Exception {
        End end = host.deploy(host.image(version));
        assertThat(end.code()).as(end.said()).isZero();
    }
}
