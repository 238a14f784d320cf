package dev.quiesce.ops.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    private static final Limits LIMITS = new Limits(64 << 20, 64 << 20, 500_000_000, 1024, 64);
    private static final Container CONTAINER =
            new Container("c0ffee", "shop", "shop:1", 42, LIMITS, 0, 100_000, List.of(), List.of());

    @TempDir
    private Path folder;

    private void file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content + "\n");
    }

    private Cgroup cgroup(int version) {
        return new Cgroup(folder.resolve("proc"), folder.resolve("cgroup"), version, true);
    }

    private void v1() throws IOException {
        file(
                "proc/42/cgroup",
                "5:cpu,cpuacct:/docker/c0ffee\n4:memory:/docker/c0ffee\n3:pids:/docker/c0ffee\n0::/docker/c0ffee");
        file("cgroup/memory/docker/c0ffee/memory.limit_in_bytes", "67108864");
        file("cgroup/memory/docker/c0ffee/memory.memsw.limit_in_bytes", "67108864");
        file("cgroup/cpu/docker/c0ffee/cpu.cfs_period_us", "100000");
        file("cgroup/cpu/docker/c0ffee/cpu.cfs_quota_us", "50000");
        file("cgroup/cpu/docker/c0ffee/cpu.shares", "1024");
        file("cgroup/pids/docker/c0ffee/pids.max", "64");
    }

    private void v2(String weight) throws IOException {
        file("proc/42/cgroup", "0::/system.slice/docker-c0ffee.scope");
        file("cgroup/system.slice/docker-c0ffee.scope/memory.max", "67108864");
        file("cgroup/system.slice/docker-c0ffee.scope/memory.swap.max", "0");
        file("cgroup/system.slice/docker-c0ffee.scope/cpu.max", "50000 100000");
        file("cgroup/system.slice/docker-c0ffee.scope/cpu.weight", weight);
        file("cgroup/system.slice/docker-c0ffee.scope/pids.max", "64");
    }

    @Test
    void v1_thatHasTheLimits_differsInNothing() throws IOException {
        v1();

        assertThat(cgroup(1).differences(CONTAINER, LIMITS)).hasValue(List.of());
    }

    @Test
    void v1_thatHasOthers_namesFileAndValues() throws IOException {
        v1();
        file("cgroup/cpu/docker/c0ffee/cpu.shares", "2");
        file("cgroup/pids/docker/c0ffee/pids.max", "max");

        assertThat(cgroup(1).differences(CONTAINER, LIMITS).orElseThrow())
                .containsExactly(
                        folder + "/cgroup/cpu/docker/c0ffee/cpu.shares is 2, not 1024",
                        folder + "/cgroup/pids/docker/c0ffee/pids.max is max, not 64");
    }

    @Test
    void v2_takesTheWeightOfOldAndOfNewRunc() throws IOException {
        v2("39");
        assertThat(cgroup(2).differences(CONTAINER, LIMITS)).hasValue(List.of());

        v2("100");
        assertThat(cgroup(2).differences(CONTAINER, LIMITS)).hasValue(List.of());
    }

    @Test
    void v2_thatHasOthers_namesFileAndValues() throws IOException {
        v2("7");
        file("cgroup/system.slice/docker-c0ffee.scope/memory.swap.max", "max");

        String group = folder + "/cgroup/system.slice/docker-c0ffee.scope/";
        assertThat(cgroup(2).differences(CONTAINER, LIMITS).orElseThrow())
                .containsExactly(
                        group + "memory.swap.max is max, not 0",
                        group + "cpu.weight is 7, which is not the weight of 1024 shares");
    }

    @Test
    void processOfThatNumberOnThisMachine_thatIsNotTheContainer_isNotCompared() throws IOException {
        file("proc/42/cgroup", "4:memory:/user.slice");

        assertThat(cgroup(1).differences(CONTAINER, LIMITS)).isEmpty();
    }

    @Test
    void filesThatCannotBeRead_areNotCompared() {
        assertThat(cgroup(1).differences(CONTAINER, LIMITS)).isEmpty();
    }
}
