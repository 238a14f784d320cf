package dev.quiesce.ops.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongPredicate;

/** The limits that the kernel has for a running container, in either version of control groups. */
public final class Cgroup {
    private static final long PAGE = 4096;

    private final Path proc;
    private final Path root;
    private final int version;
    private final boolean limitsSwap;

    /**
     * Reads on this machine.
     *
     * @param engine which version the engine uses
     */
    public Cgroup(Engine engine) {
        this(Path.of("/proc"), Path.of("/sys/fs/cgroup"), engine.cgroupVersion(), engine.limitsSwap());
    }

    Cgroup(Path proc, Path root, int version, boolean limitsSwap) {
        this.proc = proc;
        this.root = root;
        this.version = version;
        this.limitsSwap = limitsSwap;
    }

    /**
     * Compares the kernel's limits with those that it should have.
     *
     * @return what differs, each as a sentence; empty if all are equal; nothing if they cannot be read, such as on another machine
     */
    public Optional<List<String>> differences(Container container, Limits wanted) {
        try {
            List<String> lines = Files.readAllLines(proc.resolve(container.pid() + "/cgroup"));
            // A process of this number may be another one, if the engine is on another machine.
            if (lines.stream().noneMatch(line -> line.contains(container.id()))) {
                return Optional.empty();
            }
            List<String> found = new ArrayList<>();
            if (version == 2) {
                compareV2(directory(lines, ""), wanted, found);
            } else {
                compareV1(lines, wanted, found);
            }
            return Optional.of(found);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void compareV1(List<String> lines, Limits wanted, List<String> found) throws IOException {
        Path memory = directory(lines, "memory");
        check(memory.resolve("memory.limit_in_bytes"), pages(wanted.memory()), found);
        if (limitsSwap) {
            check(memory.resolve("memory.memsw.limit_in_bytes"), pages(wanted.memorySwap()), found);
        }
        Path cpu = directory(lines, "cpu");
        long period = Long.parseLong(read(cpu.resolve("cpu.cfs_period_us")));
        check(cpu.resolve("cpu.cfs_quota_us"), quota(wanted, period), found);
        check(cpu.resolve("cpu.shares"), Long.toString(wanted.shares()), found);
        check(directory(lines, "pids").resolve("pids.max"), pids(wanted), found);
    }

    private void compareV2(Path group, Limits wanted, List<String> found) throws IOException {
        check(group.resolve("memory.max"), pages(wanted.memory()), found);
        if (limitsSwap) {
            check(group.resolve("memory.swap.max"), pages(wanted.memorySwap() - wanted.memory()), found);
        }
        String[] max = read(group.resolve("cpu.max")).split(" ");
        check(group.resolve("cpu.max"), quota(wanted, Long.parseLong(max[1])) + " " + max[1], found);
        Path weight = group.resolve("cpu.weight");
        if (!isWeight(wanted.shares()).test(Long.parseLong(read(weight)))) {
            found.add(weight + " is " + read(weight) + ", which is not the weight of " + wanted.shares() + " shares");
        }
        check(group.resolve("pids.max"), pids(wanted), found);
    }

    /** Up to runc 1.3.1 the weight is linear in the shares; since then it is a curve on which 1024 shares are 100. */
    private static LongPredicate isWeight(long shares) {
        double log = Math.log(shares) / Math.log(2);
        long curved = (long) Math.ceil(Math.pow(10, (log * log + 125 * log) / 612 - 7.0 / 34));
        long linear = 1 + (shares - 2) * 9999 / 262142;
        return weight -> weight == linear || weight == curved;
    }

    private static String pids(Limits wanted) {
        return wanted.pids() == 0 ? "max" : Long.toString(wanted.pids());
    }

    private static String quota(Limits wanted, long period) {
        return Long.toString(Math.round(wanted.nanoCpus() / 1e9 * period));
    }

    private static String pages(long bytes) {
        return Long.toString(bytes / PAGE * PAGE);
    }

    private static void check(Path file, String wanted, List<String> found) throws IOException {
        String actual = read(file);
        if (!actual.equals(wanted)) {
            found.add(String.format(Locale.ROOT, "%s is %s, not %s", file, actual, wanted));
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    /** A line is {@code 4:cpu,cpuacct:/docker/…}; that of version 2 has no controllers. */
    private Path directory(List<String> lines, String controller) throws IOException {
        for (String line : lines) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && List.of(parts[1].split(",")).contains(controller)) {
                String path = parts[2].replaceFirst("^/", "");
                return version == 2
                        ? root.resolve(path)
                        : root.resolve(controller).resolve(path);
            }
        }
        throw new IOException("no control group of " + controller);
    }
}
