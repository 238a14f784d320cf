package dev.quiesce.ops.plan;

import dev.quiesce.ops.host.Host;
import dev.quiesce.ops.stats.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of all containers of a host.
 *
 * @param host the host
 * @param reserve bytes of memory that are kept for the host itself
 * @param cpuReserve CPUs that are kept for the host itself
 * @param proposals one for each container
 * @param chosen those that are to be changed; the others count all the same
 * @param secondColour the service whose second colour has to fit beside all others during a deploy, or null
 */
record Plan(
        Host host,
        long reserve,
        double cpuReserve,
        List<Proposal> proposals,
        List<Proposal> chosen,
        @Nullable Proposal secondColour) {

    /** A way to make the containers fit. */
    record Cut(String what, long frees) {}

    /** Returns the same plan, for changing these containers alone. */
    Plan choose(Set<String> names) {
        return new Plan(
                host,
                reserve,
                cpuReserve,
                proposals,
                proposals.stream()
                        .filter(proposal -> names.contains(proposal.name()))
                        .toList(),
                secondColour);
    }

    long limits() {
        return proposals.stream()
                .mapToLong(proposal -> proposal.limits().memory())
                .sum();
    }

    long secondColourMemory() {
        return secondColour == null ? 0 : secondColour.limits().memory();
    }

    long total() {
        return limits() + secondColourMemory() + reserve;
    }

    /** Returns the bytes that nobody has been promised; less than 0 if too much has been. */
    long spare() {
        return host.memory() - total();
    }

    boolean fits() {
        return spare() >= 0;
    }

    /** Returns the CPUs that were in use on the average. */
    double cpus() {
        return proposals.stream()
                .mapToDouble(proposal -> proposal.usage().cpus())
                .sum();
    }

    /** Returns the CPUs that all containers together may use. */
    double cpuCaps() {
        return proposals.stream().mapToDouble(Proposal::cpus).sum();
    }

    int samples() {
        return proposals.stream()
                .mapToInt(proposal -> proposal.usage().samples())
                .max()
                .orElse(0);
    }

    /** Returns what to cut, the least painful first, until all fits; what cannot wait is named last. */
    List<Cut> cuts() {
        List<Cut> all = new ArrayList<>();
        Comparator<Proposal> largest =
                Comparator.comparing(proposal -> -proposal.limits().memory());
        proposals.stream()
                .filter(proposal -> proposal.serviceClass().batch())
                .sorted(largest)
                .forEach(batch -> all.add(new Cut(
                        "run " + batch.name() + " on another host",
                        batch.limits().memory())));
        if (secondColour != null) {
            all.add(new Cut(
                    "deploy " + secondColour.name() + " without a second colour, by socket activation",
                    secondColourMemory()));
        }
        proposals.stream()
                .filter(proposal -> !proposal.serviceClass().batch())
                .sorted(largest)
                .forEach(other -> all.add(new Cut(
                        "run " + other.name() + " on another host, or make it smaller",
                        other.limits().memory())));
        List<Cut> needed = new ArrayList<>();
        long over = -spare();
        for (Cut cut : all) {
            if (over > 0) {
                needed.add(cut);
                over -= cut.frees();
            }
        }
        return needed;
    }

    /** Returns the memory of a host that would do, in whole GiB. */
    long enough() {
        // The reserve grows with the host: 15 % of it.
        long needed = Math.round((limits() + secondColourMemory()) / 0.85);
        return (Math.max(needed, total()) + Size.GIB - 1) / Size.GIB * Size.GIB;
    }
}
