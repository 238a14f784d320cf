package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.ops.deploy.DeployHost.End;
import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.web.testing.OpenLoad;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Deploys of the sample service as a unit of a real systemd, on a port that its socket keeps, under load. All cases have one host, on
 * which each of them begins with release 1.
 */
@Tag("slow")
@Tag("once")
@ExtendWith(SampleDatabase.Provider.class)
class UnitDeployIT {
    private static final int PER_SECOND = 50;

    @TempDir
    private static Path folder;

    private static UnitHost host;

    @BeforeAll
    static void start(SampleDatabase database) throws Exception {
        host = UnitHost.start(folder, database);
    }

    @AfterAll
    static void stop() {
        if (host != null) {
            host.close();
        }
    }

    @BeforeEach
    void begin() throws Exception {
        if (!host.runs().equals("This is release 1, ActiveState=active")
                || host.run("status").code() != 0) {
            End first = host.deploy(host.release("1"));
            assertThat(first.code()).as(first.said()).isZero();
        }
    }

    @Test
    void deploysUnderLoad_refuseAndLoseNothing_andBackAgain() throws Exception {
        try (OpenLoad load = load()) {
            End end = host.deploy(host.release("2"));
            assertThat(end.code()).as(end.said()).isZero();
            assertThat(end.said())
                    .contains(
                            "board is served by board.service, " + folder + "/releases/2",
                            "board.service has stopped with exit code 0: Stopped cleanly",
                            "none was lost");
            assertThat(host.runs()).isEqualTo("This is release 2, ActiveState=active");
            load.awaitAnswersSoFar();
            End back = host.run("rollback");
            assertThat(back.code()).as(back.said()).isZero();

            assertNothingLost(load);
        }
        assertServesRelease("1", "DONE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Leading ", "Restarting ", "Waiting until "})
    void deployThatIsKilled_losesNothing_andIsGoneOnWith(String line) throws Exception {
        try (OpenLoad load = load()) {
            host.killAt(line, "deploy", "--release", host.release("2"));
            End again = host.deploy("releases/2");
            assertThat(again.code()).as(again.said()).isZero();
            assertThat(again.said()).contains("was interrupted", "has stopped with exit code 0: Stopped cleanly");

            assertNothingLost(load);
        }
        assertServesRelease("2", "DONE");
    }

    @Test
    void rollbackOfADeployThatWasKilledTwice_leadsToTheVersionBefore() throws Exception {
        try (OpenLoad load = load()) {
            host.killAt("Restarting ", "deploy", "--release", host.release("2"));
            host.killAt("Waiting until ", "deploy", "--release", "releases/2");
            End back = host.run("rollback");
            assertThat(back.code()).as(back.said()).isZero();

            assertNothingLost(load);
        }
        assertServesRelease("1", "DONE");
    }

    @Test
    void rollbackThatIsKilled_isBroughtToItsEnd_andNoFurther() throws Exception {
        assertThat(host.deploy(host.release("2")).code()).isZero();
        try (OpenLoad load = load()) {
            host.killAt("Restarting ", "rollback");
            End again = host.run("rollback");
            assertThat(again.code()).as(again.said()).isZero();

            assertNothingLost(load);
        }
        assertServesRelease("1", "DONE");
    }

    @Test
    void versionThatEnds_orNeverAnswers_isReplacedByTheOneBefore() throws Exception {
        String good = Files.readString(host.config());
        try (OpenLoad load = load()) {
            End ends = host.deploy(host.releaseThatRuns("ends", "exit 3"));
            assertThat(ends.code()).as(ends.said()).isEqualTo(1);
            assertThat(ends.said())
                    .contains(
                            "  This is release ends", "ended before it was ready", folder + "/releases/1 serves again");

            load.awaitAnswersSoFar();
            Files.writeString(host.config(), good.replace("ready.timeout = 40s", "ready.timeout = 2s"));
            End silent = host.deploy(host.releaseThatRuns("silent", "trap exit TERM; sleep 600 & wait"));
            assertThat(silent.code()).as(silent.said()).isEqualTo(1);
            assertThat(silent.said()).contains("is not ready after 2 s", folder + "/releases/1 serves again");

            assertNothingLost(load);
        } finally {
            Files.writeString(host.config(), good);
        }
        assertServesRelease("1", "FAILED");
        End back = host.run("rollback");
        assertThat(back.code()).isEqualTo(1);
        assertThat(back.said()).contains("came to nothing, so there is nothing to roll back");
    }

    @Test
    void portThatNobodyKeeps_orAReleaseThatIsNotThere_isRefusedBeforeAnythingIsDone() throws Exception {
        try {
            host.stopTheUnits();
            End refused = host.deploy(host.release("2"));
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.said())
                    .contains("board.socket is inactive", "systemctl enable --now board.socket")
                    .doesNotContain("Leading");
        } finally {
            host.startTheUnits();
        }
        End none = host.deploy("releases/none");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.said()).contains("there is no release " + folder + "/releases/none on this host");
        End image = host.run("deploy", "--image", "app:1");
        assertThat(image.code()).isEqualTo(2);
        assertThat(image.said()).contains("name what is deployed by --release");
        assertThat(host.runs()).isEqualTo("This is release 1, ActiveState=active");
    }

    @Test
    void deployOfWhatServes_doesNothing_andRollbackStillLeadsToTheVersionBefore() throws Exception {
        assertThat(host.deploy(host.release("2")).code()).isZero();
        String invocation = host.invocation();
        End repeated = host.deploy("releases/2");
        assertThat(repeated.code()).as(repeated.said()).isZero();
        assertThat(repeated.said())
                .contains("board is served by board.service, " + folder + "/releases/2, already; nothing to do")
                .doesNotContain("Restarting");
        assertThat(host.invocation()).isEqualTo(invocation);

        End back = host.run("rollback");
        assertThat(back.code()).as(back.said()).isZero();
        assertServesRelease("1", "DONE");
    }

    @Test
    void deployOfWhatServes_againBecauseItWasAskedFor_restartsIt_andRollbackStillLeadsToTheVersionBefore()
            throws Exception {
        assertThat(host.deploy(host.release("2")).code()).isZero();
        String invocation = host.invocation();
        End again = host.run("deploy", "--again", "--release", "releases/2");
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said()).contains("has stopped with exit code 0: Stopped cleanly", "none was lost");
        assertThat(host.invocation()).isNotEqualTo(invocation);
        assertServesRelease("2", "DONE");

        End back = host.run("rollback");
        assertThat(back.code()).as(back.said()).isZero();
        assertServesRelease("1", "DONE");
    }

    @Test
    void onlyVersionThereIs_deployedAgain_isNoVersionToGoBackTo() throws Exception {
        host.forgetDeploys();
        assertThat(host.run("deploy", "--again", "--release", "releases/1").code())
                .isZero();
        End back = host.run("rollback");
        assertThat(back.code()).as(back.said()).isEqualTo(1);
        assertThat(back.said())
                .contains("there is no version before " + folder + "/releases/1")
                .doesNotContain("Restarting");
        assertServesRelease("1", "DONE");
    }

    @Test
    void rollbackOfAReleaseThatWasNeverBegun_undoesNothing_andOfTheLastOne_goesBackOnce() throws Exception {
        assertThat(host.deploy(host.release("2")).code()).isZero();
        assertThat(host.deploy("releases/none").code()).isEqualTo(1);
        End nothing = host.run("rollback", "--release", "releases/none");
        assertThat(nothing.code()).as(nothing.said()).isZero();
        assertThat(nothing.said())
                .contains(
                        "There is no deploy of " + folder + "/releases/none to undo, so nothing is done",
                        "board is served by board.service, " + folder + "/releases/2")
                .doesNotContain("Restarting");

        End back = host.run("rollback", "--release", "releases/2");
        assertThat(back.code()).as(back.said()).isZero();
        End again = host.run("rollback", "--release", "releases/2");
        assertThat(again.code()).as(again.said()).isZero();
        assertThat(again.said()).contains("There is no deploy of " + folder + "/releases/2 to undo");
        assertServesRelease("1", "DONE");

        End image = host.run("rollback", "--image", "app:1");
        assertThat(image.code()).isEqualTo(2);
    }

    private OpenLoad load() {
        return OpenLoad.start(host.address(), PER_SECOND);
    }

    private void assertServesRelease(String release, String last) throws Exception {
        assertThat(host.runs()).isEqualTo("This is release " + release + ", ActiveState=active");
        End status = host.run("status", "--json");
        assertThat(status.code()).as(status.said()).isZero();
        assertThat(status.said())
                .contains("\"release\" : \"" + folder + "/releases/" + release + "\"", "\"last\" : \"" + last + "\"");
    }

    private static void assertNothingLost(OpenLoad load) throws Exception {
        load.awaitAnswersSoFar();
        load.end();
        assertThat(load.failures()).isEmpty();
        assertThat(load.sent()).isGreaterThan(PER_SECOND);
    }
}
