package dev.quiesce.ops.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PlanCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int plan(String... arguments) {
        return new CommandLine(new PlanCommand())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.append(failure.getMessage());
                    return failure instanceof dev.quiesce.ops.cli.OpsException known
                            ? known.exitCode().code()
                            : 99;
                })
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private static String incident() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(PlanCommandTest.class.getResource("/dev/quiesce/ops/incident.txt"))
                        .toURI())
                .toString();
    }

    @Test
    void incident_getsLimitsThatFit_andTheReasons() throws Exception {
        assertThat(plan("--stats", incident(), "--host", "lightsail-2gb", "--only", "table,why,update,undo"))
                .isZero();

        assertThat(out.toString()).isEqualTo("""
                Limits
                CONTAINER     CLASS                     PEAK  NOW   MEMORY   SWAP  CPUS  SHARES  PIDS
                tradurs-d4    other, blue-green ?  50.15 MiB    -   72 MiB  0 MiB   0.4    1024   256
                nginx-host    nginx ?              56.29 MiB    -   80 MiB  0 MiB   0.3    2048    64
                tradurs-back  other, blue-green ?  157.5 MiB    -  224 MiB  0 MiB   0.8    1024   256
                jenkins       jvm, batch ?           270 MiB    -  384 MiB  0 MiB  0.25     128  1024
                760 MiB for containers + 224 MiB for a second colour + 308 MiB for the host = 1292 MiB of 2048 MiB, 756 MiB to spare

                Why
                ! 1 sample of each container: peaks have been missed; take 60 or more, over the busiest hour
                ! 41.9 % of CPU in use on the average, sustainable are 40.0 %: 1.9 % too much; full credit lasts 20 d 22 h at this load; if all use what they may (1.75 CPUs), full credit is empty in 7 h 6 min; most is used by tradurs-back (26.2 %)
                tradurs-d4: p99 50.15 MiB × 1.4 = 70.21 MiB → 72 MiB; CPU at most 11.1 % in the samples; other, blue-green, guessed by its name, which tells nothing
                nginx-host: p99 56.29 MiB × 1.4 = 78.81 MiB → 80 MiB; CPU at most 4.5 % in the samples; nginx, guessed by its name
                tradurs-back: p99 157.5 MiB × 1.4 = 220.5 MiB → 224 MiB; CPU at most 26.2 % in the samples; other, blue-green, guessed by its name, which tells nothing
                jenkins: p99 270 MiB × 1.4 = 378 MiB → 384 MiB; CPU at most 0.1 % in the samples; jvm, batch, guessed by its name
                  JVM: -XX:MaxRAMPercentage=70 is a heap of 268 MiB in 384 MiB (the default of 25 % wastes the rest); it sees 1 CPU and takes the serial collector
                classes with ? are guessed; name them in a file for --classes, such as: tradurs-d4 = node, blue-green
                memory-swap is the sum of memory and swap, and equal to memory: no swap, so a container that wants too much is killed by itself and does not slow down the host
                shares: who goes first when CPUs are short, 1024 by default; cpus: the most that it gets even if others are idle
                saved samples do not tell the present CPUs, shares and pids: the undo takes them for unlimited; --apply asks Docker
                the host keeps 308 MiB (15 %, at least 256 MiB) and 0.2 CPU, so that SSH still answers
                during a deploy a second tradurs-back runs: 224 MiB are kept for it, the largest that is deployed blue/green

                Running containers: lowering first; --apply does it and reads back
                docker update --memory=72m --memory-swap=72m --cpus=0.4 --cpu-shares=1024 --pids-limit=256 tradurs-d4
                docker update --memory=80m --memory-swap=80m --cpus=0.3 --cpu-shares=2048 --pids-limit=64 nginx-host
                docker update --memory=224m --memory-swap=224m --cpus=0.8 --cpu-shares=1024 --pids-limit=256 tradurs-back
                docker update --memory=384m --memory-swap=384m --cpus=0.25 --cpu-shares=128 --pids-limit=1024 jenkins

                Undo: docker update cannot remove a limit, so the nearest to none is all that the host has; only a new container has none
                docker update --memory=2048m --memory-swap=2048m --cpus=2 --cpu-shares=1024 --pids-limit=-1 tradurs-d4
                docker update --memory=2048m --memory-swap=2048m --cpus=2 --cpu-shares=1024 --pids-limit=-1 nginx-host
                docker update --memory=2048m --memory-swap=2048m --cpus=2 --cpu-shares=1024 --pids-limit=-1 tradurs-back
                docker update --memory=2048m --memory-swap=2048m --cpus=2 --cpu-shares=1024 --pids-limit=-1 jenkins

                """);
    }

    @Test
    void incidentWithClasses_asForOtherTools() throws Exception {
        Path classes = Files.writeString(folder.resolve("classes.txt"), "tradurs-back = node, blue-green\n");

        assertThat(plan(
                        "--stats",
                        incident(),
                        "--host",
                        "lightsail-2gb",
                        "--classes",
                        classes.toString(),
                        "--only",
                        "compose",
                        "tradurs-back"))
                .isZero();
        assertThat(plan("--stats", incident(), "--host", "lightsail-2gb", "--only", "systemd", "tradurs-back"))
                .isZero();
        assertThat(plan("--stats", incident(), "--host", "lightsail-2gb", "--only", "kubernetes", "tradurs-back"))
                .isZero();
        assertThat(plan("--stats", incident(), "--host", "lightsail-2gb", "--only", "run", "tradurs-back"))
                .isZero();

        assertThat(out.toString()).isEqualTo("""
                services:
                  tradurs-back:
                    mem_limit: 224m
                    memswap_limit: 224m
                    cpus: 0.8
                    cpu_shares: 1024
                    pids_limit: 256
                # /etc/systemd/system/tradurs-back.service.d/limits.conf
                [Service]
                MemoryMax=224M
                MemorySwapMax=0
                CPUQuota=80%
                CPUWeight=100
                TasksMax=256
                - name: tradurs-back
                  resources:
                    requests: { memory: 224Mi, cpu: 262m }
                    limits: { memory: 224Mi, cpu: 800m }
                docker run --name tradurs-back --memory=224m --memory-swap=224m --cpus=0.8 --cpu-shares=1024 --pids-limit=256 …
                """.replace("pids_limit: 256", "pids_limit: 128"));
    }

    @Test
    void incidentAsJson_hasFiguresInBytes() throws Exception {
        assertThat(plan("--stats", incident(), "--host", "lightsail-2gb", "--json"))
                .isZero();

        Map<String, Object> answer = JSON.std.mapFrom(out.toString());
        assertThat(answer)
                .containsEntry("fits", true)
                .containsEntry("cpusUsed", 0.4191)
                .containsEntry("secondColour", "tradurs-back");
        assertThat(answer.get("host"))
                .isEqualTo(Map.of("name", "lightsail-2gb", "memory", 2147483648L, "cpus", 2.0, "cpusSustained", 0.4));
        assertThat(answer.get("memory"))
                .isEqualTo(Map.of(
                        "containers",
                        796917760,
                        "secondColour",
                        234881024,
                        "reserve",
                        322961408,
                        "total",
                        1354760192,
                        "spare",
                        792723456));
        assertThat(answer)
                .extractingByKey("containers")
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(4);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void overCommit_isRefused_withFiguresAndWhomToCut_andWithoutCommands() throws Exception {
        assertThat(plan("--stats", incident(), "--host", "lightsail-1gb")).isEqualTo(1);

        assertThat(out.toString()).doesNotContain("docker update --").endsWith("""
                REFUSED: lightsail-1gb has 1024 MiB, and 1240 MiB are needed: 760 MiB for the containers, 224 MiB for a second colour, 256 MiB for the host: 216 MiB too much
                  cut: run jenkins on another host (frees 384 MiB)
                  or take a host with 2 GiB
                """);
    }

    @Test
    void overCommitAsJson_hasTheRefusal_andNoCommands() throws Exception {
        assertThat(plan("--stats", incident(), "--host", "lightsail-1gb", "--json"))
                .isEqualTo(1);

        assertThat(JSON.std.mapFrom(out.toString()))
                .containsEntry("fits", false)
                .containsKey("refusal")
                .doesNotContainKey("update");
    }

    @Test
    void check_findsMissingUnits_andExitsWith1_andWith0IfThereAreOnlyNotes() throws IOException {
        assertThat(plan("--check", "docker update --memory=500 --memory-swap=1g shop"))
                .isEqualTo(1);
        assertThat(out.toString()).startsWith("error --memory=500: no unit is bytes, so this is 500 bytes;");

        out.getBuffer().setLength(0);
        assertThat(plan("--check", "docker update --memory=500m --memory-swap=500m shop", "--json"))
                .isZero();
        assertThat(JSON.std.mapFrom(out.toString())).containsEntry("ok", true);
    }

    @Test
    void check_ofNothing_exitsWith2_andDoesNotRepeatTheLine() {
        assertThat(plan("--check", "")).isEqualTo(2);
        assertThat(plan("--check", "docker update shop")).isEqualTo(2);
        assertThat(plan("--check", "TOKEN=s3cret docker ps")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains("--check: it is empty. It takes a whole docker update,")
                .doesNotContain("s3cret");
    }

    @Test
    void check_looksAtWhatTheContainersUse() throws Exception {
        assertThat(plan("--check", "docker update -m 128m --memory-swap 128m tradurs-back", "--stats", incident()))
                .isEqualTo(1);
        assertThat(out.toString()).startsWith("error --memory=128m: tradurs-back has used 157.5 MiB, now 157.5 MiB:");
    }

    @Test
    void mistakes_areNamed() throws Exception {
        assertThat(plan("--stats", incident(), "--host", "lightsail-2gb", "nobody"))
                .isEqualTo(2);
        assertThat(plan("--stats", "/nowhere/day.txt", "--host", "lightsail-2gb"))
                .isEqualTo(3);
        assertThat(plan("--save-undo", "x")).isEqualTo(2);
        assertThat(plan("--apply", "--undo", "x")).isEqualTo(2);
        assertThat(plan("--apply")).isEqualTo(2);
        assertThat(plan("--apply", "--all", "shop")).isEqualTo(2);
        assertThat(plan("--all")).isEqualTo(2);

        assertThat(err.toString())
                .isEqualTo("not in the samples: nobody; there are jenkins, nginx-host, tradurs-back, tradurs-d4"
                        + "--stats=/nowhere/day.txt cannot be read: java.nio.file.NoSuchFileException: /nowhere/day.txt; "
                        + "is it a file of text, and may you read it?"
                        + "--save-undo needs --apply" + "--check, --apply and --undo exclude each other"
                        + "--apply changes containers: name those that it should change, or say --all"
                        + "--all needs --apply, and no names"
                        + "--all needs --apply, and no names");
    }

    @Test
    void undoFile_isReadBack_andNeverOverwritten() {
        Path file = folder.resolve("before.json");
        dev.quiesce.ops.docker.Limits limits =
                new dev.quiesce.ops.docker.Limits(64 << 20, 64 << 20, 500_000_000, 512, 64);
        Change change = new Change("shop", limits, dev.quiesce.ops.docker.Limits.NONE, 0);
        UndoFile.write(file, java.util.List.of(change));

        assertThat(UndoFile.read(file)).extracting(Change::target).containsExactly(limits);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> UndoFile.write(file, java.util.List.of(change)))
                .hasMessageStartingWith("--save-undo=" + file + " cannot be written, so nothing was changed:");
    }

    @Test
    void undoOfAnUnknownName_isRefused_withTheNamesInTheFile() {
        Path file = folder.resolve("before.json");
        dev.quiesce.ops.docker.Limits none = dev.quiesce.ops.docker.Limits.NONE;
        UndoFile.write(file, java.util.List.of(new Change("shop", none, none, 0), new Change("batch", none, none, 0)));

        assertThat(plan("--undo", file.toString(), "shpo", "batch")).isEqualTo(2);

        assertThat(err.toString()).isEqualTo("not in " + file + ": shpo; there are batch, shop. Nothing was undone");
    }
}
