package dev.quiesce.ops.plan;

import dev.quiesce.ops.host.Credit;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.stats.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Why a plan is as it is, and what is to be minded, in sentences. */
final class Reasons {
    private static final int ENOUGH_SAMPLES = 60;

    private Reasons() {}

    static List<String> of(Plan plan) {
        List<String> lines = new ArrayList<>();
        for (Proposal proposal : plan.proposals()) {
            lines.add(of(proposal));
            String jvm = proposal.jvmAdvice();
            if (jvm != null) {
                lines.add("  JVM: " + jvm);
            }
        }
        if (plan.proposals().stream()
                .anyMatch(proposal -> proposal.serviceClass().guessedBy() != null)) {
            lines.add("classes with ? are guessed; name them in a file for --classes, such as: "
                    + plan.proposals().get(0).name() + " = node, blue-green");
        }
        lines.add("memory-swap is the sum of memory and swap, and equal to memory: no swap, so a container that "
                + "wants too much is killed by itself and does not slow down the host");
        lines.add("shares: who goes first when CPUs are short, 1024 by default; cpus: the most that it gets even if "
                + "others are idle");
        if (plan.proposals().stream().allMatch(proposal -> proposal.container() == null)) {
            lines.add("saved samples do not tell the present CPUs, shares and pids: the undo takes them for unlimited; "
                    + "--apply asks Docker");
        }
        lines.add(String.format(
                Locale.ROOT,
                "the host keeps %s (15 %%, at least 256 MiB) and %s CPU, so that SSH still answers",
                Size.text(plan.reserve()),
                Proposal.cpus(plan.cpuReserve())));
        Proposal second = plan.secondColour();
        lines.add(
                second == null
                        ? "no room is kept for a second colour: no container is deployed blue/green, or both colours run"
                        : "during a deploy a second " + second.name() + " runs: " + Size.text(plan.secondColourMemory())
                                + " are kept for it, the largest that is deployed blue/green");
        return lines;
    }

    private static String of(Proposal proposal) {
        ServiceClass kind = proposal.serviceClass();
        String by = kind.guessedBy();
        return String.format(
                Locale.ROOT,
                "%s: %s → %s; CPU at most %s in the samples; %s%s",
                proposal.name(),
                proposal.memoryReason(),
                Size.text(proposal.limits().memory()),
                percent(proposal.usage().cpusPeak()),
                kind.words(),
                by == null ? "" : ", guessed by " + by);
    }

    static List<String> warnings(Plan plan) {
        List<String> lines = new ArrayList<>();
        if (plan.samples() < ENOUGH_SAMPLES) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%d sample%s of each container: peaks have been missed; take %d or more, over the busiest hour",
                    plan.samples(),
                    plan.samples() == 1 ? "" : "s",
                    ENOUGH_SAMPLES));
        }
        for (Proposal proposal : plan.proposals()) {
            long limit = proposal.former(plan.host().memory()).memory();
            if (limit > 0 && proposal.usage().memoryPeak() > limit * 0.95) {
                lines.add(proposal.name() + " fills its present limit of " + Size.text(limit)
                        + ": what it would use without is not known");
            }
        }
        double available = plan.host().cpus() - plan.cpuReserve();
        if (plan.cpuCaps() > available + 1e-9) {
            lines.add(String.format(
                    Locale.ROOT,
                    "the limits of CPU add up to %s, more than the %s beside the host's reserve: under load the shares decide",
                    Proposal.cpus(plan.cpuCaps()),
                    Proposal.cpus(available)));
        }
        Credit credit = plan.host().credit();
        if (credit != null) {
            lines.add(sustained(plan, credit));
        }
        return lines;
    }

    private static String sustained(Plan plan, Credit credit) {
        String budget = String.format(
                Locale.ROOT,
                "%s of CPU in use on the average, sustainable are %s",
                percent(plan.cpus()),
                percent(credit.baseline()));
        String most = credit.lasts(credit.cap(), plan.cpuCaps())
                .map(span -> "; if all use what they may (" + Proposal.cpus(plan.cpuCaps())
                        + " CPUs), full credit is empty in " + Span.text(span))
                .orElse("");
        return credit.lasts(credit.cap(), plan.cpus())
                .map(span -> String.format(
                        Locale.ROOT,
                        "%s: %s too much; full credit lasts %s at this load%s; most is used by %s",
                        budget,
                        percent(plan.cpus() - credit.baseline()),
                        Span.text(span),
                        most,
                        plan.proposals().stream()
                                .max(Comparator.comparing(
                                        proposal -> proposal.usage().cpus()))
                                .map(proposal -> proposal.name() + " ("
                                        + percent(proposal.usage().cpus()) + ")")
                                .orElse("nobody")))
                .orElse(budget + ": credit grows" + most);
    }

    /** In Docker's scale, in which one CPU is 100 %. */
    static String percent(double cpus) {
        return String.format(Locale.ROOT, "%.1f %%", cpus * 100);
    }

    /** Why too much has been promised, and what to do. */
    static List<String> refusal(Plan plan) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s has %s, and %s are needed: %s for the containers, %s for a second colour, %s for the host: %s too much",
                plan.host().name(),
                Size.text(plan.host().memory()),
                Size.text(plan.total()),
                Size.text(plan.limits()),
                Size.text(plan.secondColourMemory()),
                Size.text(plan.reserve()),
                Size.text(-plan.spare())));
        plan.cuts().forEach(cut -> lines.add("cut: " + cut.what() + " (frees " + Size.text(cut.frees()) + ")"));
        lines.add("or take a host with " + plan.enough() / Size.GIB + " GiB");
        return lines;
    }
}
