package dev.quiesce.ops.plan;

import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.stats.Size;
import java.util.List;
import java.util.Locale;

/** A plan in the languages of those who start containers and services. */
final class Fragments {
    private Fragments() {}

    static String run(Plan plan) {
        StringBuilder text = new StringBuilder();
        for (Proposal proposal : plan.chosen()) {
            text.append(String.format(
                    "docker run --name %s %s …%n",
                    proposal.name(), String.join(" ", Change.options(proposal.limits(), 0))));
        }
        return text.toString();
    }

    static String compose(Plan plan) {
        StringBuilder text = new StringBuilder("services:\n");
        for (Proposal proposal : plan.chosen()) {
            Limits limits = proposal.limits();
            text.append("  ").append(proposal.name()).append(":\n");
            for (String line : List.of(
                    "mem_limit: " + Size.option(limits.memory()),
                    "memswap_limit: " + Size.option(limits.memorySwap()),
                    "cpus: " + Proposal.cpus(proposal.cpus()),
                    "cpu_shares: " + limits.shares(),
                    "pids_limit: " + limits.pids())) {
                text.append("    ").append(line).append('\n');
            }
        }
        return text.toString();
    }

    static String systemd(Plan plan) {
        StringBuilder text = new StringBuilder();
        for (Proposal proposal : plan.chosen()) {
            Limits limits = proposal.limits();
            text.append("# /etc/systemd/system/").append(proposal.name()).append(".service.d/limits.conf\n[Service]\n");
            for (String line : List.of(
                    "MemoryMax=" + mib(limits.memory()) + "M",
                    "MemorySwapMax=" + mib(limits.memorySwap() - limits.memory()),
                    "CPUQuota=" + Math.round(proposal.cpus() * 100) + "%",
                    "CPUWeight=" + weight(limits),
                    "TasksMax=" + limits.pids())) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }

    /** The request is the limit of memory, since promising less than what may be used is what kills hosts. */
    static String kubernetes(Plan plan) {
        StringBuilder text = new StringBuilder();
        for (Proposal proposal : plan.chosen()) {
            String memory = mib(proposal.limits().memory()) + "Mi";
            long used = Math.max(10, (long) Math.ceil(proposal.usage().cpusPeak() * 1000 - 1e-6));
            text.append("- name: ").append(proposal.name()).append("\n  resources:\n");
            text.append(String.format(
                    Locale.ROOT, "    requests: { memory: %s, cpu: %dm }%n", memory, Math.min(used, millis(proposal))));
            text.append(String.format(Locale.ROOT, "    limits: { memory: %s, cpu: %dm }%n", memory, millis(proposal)));
        }
        return text.toString();
    }

    private static long millis(Proposal proposal) {
        return Math.round(proposal.cpus() * 1000);
    }

    private static long mib(long bytes) {
        return bytes / Size.MIB;
    }

    /** For systemd 100 is what 1024 shares are for Docker. */
    private static long weight(Limits limits) {
        return Math.max(1, Math.round(limits.shares() * 100.0 / Limits.DEFAULT_SHARES));
    }
}
