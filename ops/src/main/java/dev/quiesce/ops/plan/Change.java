package dev.quiesce.ops.plan;

import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.stats.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Other limits for one container.
 *
 * @param name the container
 * @param now what it has; 0 where it has no limit
 * @param target what it is to have
 * @param quotaPeriod microseconds of the period, if its CPU was limited by quota and period: Docker refuses {@code --cpus} then;
 *     otherwise 0
 */
record Change(String name, Limits now, Limits target, long quotaPeriod) {
    /** Returns the changes that a plan makes, lowering before raising, so that the sum never exceeds both. */
    static List<Change> of(Plan plan) {
        return ordered(plan.chosen().stream()
                .map(proposal -> new Change(
                        proposal.name(),
                        proposal.former(plan.host().memory()),
                        proposal.limits(),
                        period(proposal.container())))
                .toList());
    }

    static List<Change> ordered(List<Change> changes) {
        return changes.stream()
                .sorted(Comparator.comparing(change -> !change.lowers()))
                .toList();
    }

    /** Returns 0 if its CPU was not limited by quota and period. */
    static long period(@Nullable Container container) {
        return container == null || container.cpuQuota() == 0 ? 0 : container.cpuPeriod();
    }

    /**
     * Returns the way back. Docker's update cannot remove a limit: the nearest to none is all that the host has.
     *
     * @param memory bytes of memory of the host
     * @param cpus CPUs of the host
     */
    Change undo(long memory, double cpus) {
        Limits nearest = new Limits(
                now.memory() == 0 ? memory : now.memory(),
                // Not -1: the kernel refuses to raise the memory above the present sum before that is lifted.
                now.memorySwap() == 0 ? memory : now.memorySwap(),
                now.nanoCpus() == 0 ? Math.round(cpus * 1e9) : now.nanoCpus(),
                now.shares(),
                now.pids());
        return new Change(name, target, nearest, quotaPeriod);
    }

    boolean lowers() {
        return now.memory() == 0 || now.memory() > target.memory();
    }

    /** Returns what follows {@code docker update}. */
    List<String> options() {
        List<String> options = new ArrayList<>(options(target, quotaPeriod));
        options.add(name);
        return options;
    }

    String command() {
        return "docker update " + String.join(" ", options());
    }

    /** Writes limits as options of {@code docker update} and {@code docker run}: memory always with swap. */
    static List<String> options(Limits limits, long quotaPeriod) {
        List<String> options = new ArrayList<>();
        options.add("--memory=" + Size.option(limits.memory()));
        options.add("--memory-swap=" + Size.option(limits.memorySwap()));
        if (quotaPeriod == 0) {
            options.add("--cpus=" + Proposal.cpus(limits.nanoCpus() / 1e9));
        } else {
            options.add("--cpu-period=" + quotaPeriod);
            options.add("--cpu-quota=" + quota(limits, quotaPeriod));
        }
        options.add("--cpu-shares=" + limits.shares());
        options.add("--pids-limit=" + (limits.pids() == 0 ? -1 : limits.pids()));
        return options;
    }

    static long quota(Limits limits, long period) {
        return Math.round(limits.nanoCpus() / 1e9 * period);
    }
}
