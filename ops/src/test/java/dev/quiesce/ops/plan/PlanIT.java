package dev.quiesce.ops.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.ops.process.Program;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only containers of its own are limited: the engine may be in use by others. */
@Tag("docker")
@Tag("slow")
class PlanIT {
    private static final String ID = "plan-it-" + ProcessHandle.current().pid();
    private static final String IMAGE = ID + ":1";
    private static final String LIMITS =
            "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}} {{.HostConfig.CpuShares}} {{.HostConfig.PidsLimit}}";

    private static @Nullable PlanEngine shared;

    private final List<String> containers = new ArrayList<>();

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeImage(@TempDir Path folder) throws IOException, InterruptedException {
        shared = PlanEngine.shared();
        shared.importImage(IMAGE, folder);
    }

    @AfterAll
    static void removeImage() throws InterruptedException {
        if (shared != null) {
            shared.docker("rmi", IMAGE);
        }
    }

    @AfterEach
    void removeContainers() throws InterruptedException {
        for (String container : containers) {
            engine().docker("rm", "-f", container);
        }
    }

    private static PlanEngine engine() {
        PlanEngine engine = shared;
        if (engine == null) {
            throw new IllegalStateException("no engine");
        }
        return engine;
    }

    private String start(String name, String network, String... command) throws InterruptedException {
        String container = ID + "-" + name;
        List<String> arguments =
                new ArrayList<>(List.of("run", "-d", "--name", container, "--network", network, IMAGE));
        arguments.addAll(List.of(command));
        containers.add(container);
        engine().docker(arguments.toArray(String[]::new));
        return container;
    }

    /** Saves samples of these containers alone. */
    private String stats(String... names) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("stats", "--no-stream"));
        arguments.addAll(List.of(names));
        return Files.writeString(folder.resolve("stats.txt"), engine().docker(arguments.toArray(String[]::new)))
                .toString();
    }

    private static String kernel(String container, String controller, String v1, String v2)
            throws IOException, InterruptedException {
        boolean old = engine().docker("info", "--format", "{{.CgroupVersion}}").equals("1");
        String pid = engine().docker("inspect", "--format", "{{.State.Pid}}", container);
        String path = Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
                .map(line -> line.split(":", 3))
                .filter(parts -> List.of(parts[1].split(",")).contains(old ? controller : ""))
                .map(parts -> parts[2])
                .findFirst()
                .orElseThrow();
        return Files.readString(Path.of("/sys/fs/cgroup" + (old ? "/" + controller : "") + path, old ? v1 : v2))
                .strip();
    }

    @Test
    void apply_isInForceInDockerAndTheKernel_andUndoGivesAllOfTheHostBack() throws Exception {
        String name = start("idle", "none", "sleep", "600");
        Path undo = folder.resolve("before.json");

        Program.Result applied =
                engine().ops("plan", "--window", "1s", "--apply", "--save-undo", undo.toString(), name);

        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(applied.out())
                .endsWith("Applied, and read back\n" + name + ": Docker and the kernel have the limits\n");
        String[] limits = engine().docker("inspect", "--format", LIMITS, name).split(" ");
        assertThat(limits).contains("33554432", "1024", "256").startsWith("33554432", "33554432");
        assertThat(kernel(name, "memory", "memory.limit_in_bytes", "memory.max"))
                .isEqualTo("33554432");
        assertThat(kernel(name, "pids", "pids.max", "pids.max")).isEqualTo("256");
        assertThat(kernel(name, "cpu", "cpu.cfs_quota_us", "cpu.max").split(" ")[0])
                .isEqualTo(Long.toString(Long.parseLong(limits[2]) / 10_000));

        Program.Result undone = engine().ops("plan", "--undo", undo.toString());

        assertThat(undone.code()).as(undone.err()).isZero();
        String all = engine().docker("info", "--format", "{{.MemTotal}} {{.MemTotal}} {{.NCPU}}000000000");
        assertThat(engine().docker("inspect", "--format", LIMITS, name)).startsWith(all + " 1024 ");
        assertThat(kernel(name, "memory", "memory.limit_in_bytes", "memory.max"))
                .isEqualTo(Long.toString(Long.parseLong(all.split(" ")[0]) / 4096 * 4096));
        assertThat(kernel(name, "pids", "pids.max", "pids.max")).isEqualTo("max");
    }

    @Test
    void limitsThatThereWere_comeBackExactly() throws Exception {
        String name = start("limited", "none", "sleep", "600");
        engine().docker(
                        "update",
                        "--memory=48m",
                        "--memory-swap=64m",
                        "--cpus=0.7",
                        "--cpu-shares=300",
                        "--pids-limit=33",
                        name);
        String before = engine().docker("inspect", "--format", LIMITS, name);
        Path undo = folder.resolve("before.json");

        assertThat(engine().ops("plan", "--stats", stats(name), "--apply", "--save-undo", undo.toString(), name)
                        .code())
                .isZero();
        assertThat(engine().docker("inspect", "--format", LIMITS, name)).isNotEqualTo(before);
        assertThat(engine().ops("plan", "--undo", undo.toString()).code()).isZero();

        assertThat(engine().docker("inspect", "--format", LIMITS, name)).isEqualTo(before);
    }

    @Test
    void containerThatWasGivenAQuota_keepsItsWayOfBeingLimited() throws Exception {
        String name = start("quota", "none", "sleep", "600");
        engine().docker("update", "--cpu-period=50000", "--cpu-quota=20000", name);

        Program.Result applied = engine().ops("plan", "--stats", stats(name), "--apply", name);

        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(engine().docker("inspect", "--format", "{{.HostConfig.CpuPeriod}} {{.HostConfig.NanoCpus}}", name))
                .isEqualTo("50000 0");
    }

    @Test
    void limitBelowWhatIsUsedByNow_isRefusedByTheKernel_andNothingIsChanged() throws Exception {
        assumeTrue(
                engine().docker("info", "--format", "{{.CgroupVersion}}").equals("1"),
                "cgroup v2 kills in place of refusing");
        String name = start(
                "grown",
                "none",
                "sh",
                "-c",
                "dd if=/dev/zero of=/dev/shm/x bs=1M count=50; touch /tmp/full; sleep 600");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> engine().result("exec", name, "busybox", "test", "-f", "/tmp/full")
                        .isOk());
        Path stale = Files.writeString(
                folder.resolve("stale.txt"),
                "63bb55b85552   " + name + "   0.00%   784KiB / 23GiB   0.00%   0B / 0B   0B / 0B   1\n");

        Program.Result refused = engine().ops("plan", "--stats", stale.toString(), "--apply", name);

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .contains("docker update of " + name + " is refused:")
                .endsWith("no container before it was changed\n");
        assertThat(engine().docker("inspect", "--format", "{{.HostConfig.Memory}}", name))
                .isEqualTo("0");
    }

    @Test
    void containerThatDoesNotRun_isLimitedInDocker_andThatIsSaid() throws Exception {
        String name = start("stopped", "none", "sleep", "600");
        String samples = stats(name);
        engine().docker("stop", "-t", "0", name);

        Program.Result applied = engine().ops("plan", "--stats", samples, "--apply", name);

        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(applied.out()).endsWith(name + ": Docker has the limits; it does not run, so the kernel has none\n");
        assertThat(engine().docker("inspect", "--format", "{{.HostConfig.Memory}}", name))
                .isEqualTo(Long.toString(32 * Size.MIB));
    }

    @Test
    void hog_isKilledAtItsLimit_whileAnotherContainerAnswersEveryRequest() throws Exception {
        int port = FreePort.find();
        String web = start("web", "host", "httpd", "-f", "-p", "127.0.0.1:" + port, "-h", "/www");
        String hog = start("hog", "none", "sh", "-c", "while [ ! -f /go ]; do sleep 0.1; done; exec tail /dev/zero");
        assertThat(engine().ops("plan", "--stats", stats(web, hog), "--apply", web, hog)
                        .code())
                .isZero();
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(2))
                .build();
        List<Integer> answers = new ArrayList<>();

        engine().docker("exec", hog, "touch", "/go");
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    answers.add(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode());
                    return engine().docker("inspect", "--format", "{{.State.Status}}", hog)
                            .equals("exited");
                });
        answers.add(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());

        assertThat(engine().docker("inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", hog))
                .isEqualTo("137 true");
        assertThat(answers).hasSizeGreaterThan(1).containsOnly(200);
        assertThat(engine().docker("inspect", "--format", "{{.State.Status}} {{.RestartCount}}", web))
                .isEqualTo("running 0");
    }

    @Test
    void planThatDoesNotFit_changesNothing() throws Exception {
        String name = start("over", "none", "sleep", "600");

        Program.Result refused =
                engine().ops("plan", "--stats", stats(name), "--host-memory", "280m", "--cpus", "1", "--apply", name);

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out())
                .contains("REFUSED: the host has 280 MiB, and 320 MiB are needed: 32 MiB for the containers, "
                        + "32 MiB for a second colour, 256 MiB for the host: 40 MiB too much\n");
        assertThat(engine().docker("inspect", "--format", "{{.HostConfig.Memory}}", name))
                .isEqualTo("0");
    }

    @Test
    void containerThatHasEndedSince_isLeftOut() throws Exception {
        String name = start("stays", "none", "sleep", "600");
        String samples = stats(name);
        Files.writeString(
                Path.of(samples),
                "\n63bb55b85552   gone   0.00%   784KiB / 23GiB   0.00%   0B / 0B   0B / 0B   1\n",
                StandardOpenOption.APPEND);

        Program.Result applied = engine().ops("plan", "--stats", samples, "--apply", name);

        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(applied.err()).contains("gone is in the samples, and exists no more: left out\n");
        assertThat(applied.out()).doesNotContain("gone");
    }

    @Test
    void undoOfOneName_leavesTheOthersAsTheyAre() throws Exception {
        String meant = start("meant", "none", "sleep", "600");
        String other = start("other", "none", "sleep", "600");
        String undo = applied(meant, other);
        String before = engine().docker("inspect", "--format", LIMITS, other);

        Program.Result undone = engine().ops("plan", "--undo", undo, meant);

        assertThat(undone.code()).as(undone.err()).isZero();
        assertThat(undone.out()).contains(meant + ": Docker and the kernel").doesNotContain(other);
        assertThat(memory(meant)).isEqualTo(engine().docker("info", "--format", "{{.MemTotal}}"));
        assertThat(engine().docker("inspect", "--format", LIMITS, other)).isEqualTo(before);
    }

    @Test
    void undo_goesOnBehindAContainerThatIsGone_andOneThatIsRefused_andTellsThem() throws Exception {
        String gone = start("gone", "none", "sleep", "600");
        String refused = start("refused", "none", "sleep", "600");
        String last = start("last", "none", "sleep", "600");
        engine().docker("update", "--memory=48m", "--memory-swap=48m", refused);
        String undo = applied(gone, refused, last);
        // Docker takes no less than 6 MiB.
        Path file = Path.of(undo);
        Files.writeString(file, Files.readString(file).replace(Long.toString(48 * Size.MIB), "1048576"));
        engine().docker("rm", "-f", gone);
        containers.remove(gone);

        Program.Result undone = engine().ops("plan", "--undo", undo);

        assertThat(undone.code()).isEqualTo(1);
        assertThat(undone.out())
                .contains(last + ": Docker and the kernel have the limits\n")
                .contains(gone + " is gone: nothing to undo\n")
                .contains("Not undone\ndocker update of " + refused + " is refused: ");
        assertThat(memory(last)).isEqualTo(engine().docker("info", "--format", "{{.MemTotal}}"));
        assertThat(memory(refused)).isEqualTo(Long.toString(32 * Size.MIB));

        Program.Result ofThatAlone = engine().ops("plan", "--undo", undo, gone);

        assertThat(ofThatAlone.code()).as(ofThatAlone.err()).isZero();
        assertThat(ofThatAlone.out()).startsWith(gone + " is gone: nothing to undo\n");
    }

    private String applied(String... names) throws IOException, InterruptedException {
        String undo = folder.resolve("before.json").toString();
        List<String> arguments =
                new ArrayList<>(List.of("plan", "--stats", stats(names), "--apply", "--save-undo", undo));
        arguments.addAll(List.of(names));
        engine().ops(arguments.toArray(String[]::new)).orFail();
        return undo;
    }

    private static String memory(String container) throws InterruptedException {
        return engine().docker("inspect", "--format", "{{.HostConfig.Memory}}", container);
    }
}
