package dev.quiesce.ops.plan;

import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.host.Host;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.stats.Usage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Proposes limits from what has been used. */
final class Planner {
    private static final long SMALLEST = 6 * Size.MIB;
    private static final long STEP = 8 * Size.MIB;
    private static final long RESERVE = 256 * Size.MIB;
    private static final long CPU_STEP_NANOS = 50_000_000;

    private Planner() {}

    private record Memory(long bytes, String reason) {}

    static Plan plan(Host host, List<Usage> usages, ServiceClasses classes, Map<String, Container> containers) {
        List<ServiceClass> kinds = usages.stream()
                .map(usage -> classes.of(usage.container(), containers.get(usage.container())))
                .toList();
        double cpuReserve = Math.max(0.1, host.cpus() / 10);
        List<Long> cpus = cpus(usages, kinds, host.cpus() - cpuReserve);
        List<Proposal> proposals = new ArrayList<>();
        for (int index = 0; index < usages.size(); index++) {
            Usage usage = usages.get(index);
            ServiceClass kind = kinds.get(index);
            Memory memory = memory(usage, kind);
            Limits limits = new Limits(
                    memory.bytes(),
                    memory.bytes(),
                    cpus.get(index),
                    kind.shares(),
                    Math.max(kind.pids(), 4L * usage.pidsPeak()));
            proposals.add(new Proposal(usage, kind, limits, memory.reason(), containers.get(usage.container())));
        }
        long reserve = roundUp(Math.max(RESERVE, host.memory() * 15 / 100), Size.MIB);
        List<Proposal> all = List.copyOf(proposals);
        return new Plan(host, reserve, cpuReserve, all, all, secondColour(proposals));
    }

    private static Memory memory(Usage usage, ServiceClass kind) {
        List<Memory> bounds = List.of(
                new Memory(
                        usage.memoryPeak() * 5 / 4,
                        "peak " + Size.text(usage.memoryPeak()) + " × 1.25 = " + Size.text(usage.memoryPeak() * 5 / 4)),
                new Memory(
                        usage.memoryP99() * 7 / 5,
                        "p99 " + Size.text(usage.memoryP99()) + " × 1.4 = " + Size.text(usage.memoryP99() * 7 / 5)),
                new Memory(
                        kind.kind().floor(),
                        "the least for " + kind.words().split(",", 2)[0] + ", "
                                + Size.text(kind.kind().floor())),
                new Memory(SMALLEST, "the least that Docker takes, 6 MiB"));
        Memory largest =
                bounds.stream().max(Comparator.comparingLong(Memory::bytes)).orElseThrow();
        return new Memory(roundUp(largest.bytes(), STEP), largest.reason());
    }

    /**
     * Shares the CPUs out: to each half as much again as it has used at most, but not less than its kind needs, and of the rest more to
     * those who use more and weigh more. If there is no rest, the sum exceeds what there is, and only the shares decide.
     */
    private static List<Long> cpus(List<Usage> usages, List<ServiceClass> kinds, double available) {
        double[] needs = new double[usages.size()];
        double[] weights = new double[usages.size()];
        double sum = 0;
        double weight = 0;
        for (int index = 0; index < needs.length; index++) {
            double need = Math.max(kinds.get(index).cpus(), usages.get(index).cpusPeak() * 1.5);
            needs[index] = Math.min(roundUp(Math.round(need * 1e9), CPU_STEP_NANOS) / 1e9, available);
            weights[index] = needs[index] * kinds.get(index).shares();
            sum += needs[index];
            weight += weights[index];
        }
        double rest = Math.max(0, available - sum);
        List<Long> cpus = new ArrayList<>();
        for (int index = 0; index < needs.length; index++) {
            long nanos = Math.round((needs[index] + rest * weights[index] / weight) * 1e9);
            cpus.add(Math.max(CPU_STEP_NANOS, nanos / CPU_STEP_NANOS * CPU_STEP_NANOS));
        }
        return cpus;
    }

    /** Of a service whose two colours both run, both are in the sum already. */
    private static @Nullable Proposal secondColour(List<Proposal> proposals) {
        Set<String> names = proposals.stream().map(Proposal::name).collect(Collectors.toSet());
        return proposals.stream()
                .filter(proposal -> proposal.serviceClass().blueGreen())
                .filter(proposal -> !names.contains(otherColour(proposal.name())))
                .max(Comparator.comparingLong(proposal -> proposal.limits().memory()))
                .orElse(null);
    }

    private static String otherColour(String name) {
        if (name.endsWith("-blue")) {
            return name.replaceFirst("blue$", "green");
        }
        return name.endsWith("-green") ? name.replaceFirst("green$", "blue") : "";
    }

    private static long roundUp(long value, long step) {
        return (value + step - 1) / step * step;
    }
}
