package dev.quiesce.ops.plan;

import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.stats.Usage;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The limits that one container should have.
 *
 * @param usage what it has used
 * @param serviceClass what it is
 * @param limits what it should have
 * @param memoryReason which of the lower bounds decides its memory, with the figures
 * @param container what the engine says of it; null if only saved samples are known
 */
record Proposal(
        Usage usage,
        ServiceClass serviceClass,
        Limits limits,
        String memoryReason,
        @Nullable Container container) {

    String name() {
        return usage.container();
    }

    /** Returns what it has at present; of saved samples only the memory is known. */
    Limits former(long hostMemory) {
        if (container != null) {
            return container.limits();
        }
        // Without a limit docker stats shows the memory of the host, rounded to a few digits.
        long memory = usage.limit() >= hostMemory * 0.9 ? 0 : usage.limit();
        return new Limits(memory, memory, 0, Limits.DEFAULT_SHARES, 0);
    }

    double cpus() {
        return limits.nanoCpus() / 1e9;
    }

    /** Writes the CPUs without superfluous digits: {@code 0.8}, {@code 0.25}. */
    static String cpus(double cpus) {
        return String.format(Locale.ROOT, "%.2f", cpus).replaceFirst("\\.?0+$", "");
    }

    /**
     * Returns what to tell a JVM, or null for others: beside its heap it needs memory for classes, threads and buffers.
     */
    @Nullable
    String jvmAdvice() {
        if (serviceClass.kind() != Kind.JVM) {
            return null;
        }
        long limit = limits.memory();
        long outside = Math.max(limit * 3 / 10, 96 * Size.MIB);
        long percent = 100 * (limit - outside) / limit;
        int cpusSeen = (int) Math.ceil(cpus() - 1e-9);
        boolean serial = cpusSeen < 2 || limit < 1792 * Size.MIB;
        return String.format(
                Locale.ROOT,
                "-XX:MaxRAMPercentage=%d is a heap of %s in %s (the default of 25 %% wastes the rest); it sees %d CPU%s%s",
                percent,
                Size.text(limit * percent / 100 / Size.MIB * Size.MIB),
                Size.text(limit),
                cpusSeen,
                cpusSeen == 1 ? "" : "s",
                serial ? " and takes the serial collector" : "");
    }
}
