package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.Table;
import dev.quiesce.ops.stats.Size;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A plan for people: what to do first, then why, then the same for other tools. */
final class PlanText {
    private PlanText() {}

    static String of(Plan plan, Set<Section> sections) {
        StringBuilder text = new StringBuilder();
        for (Section section : Section.values()) {
            if (sections.contains(section) && (plan.fits() || section.compareTo(Section.why) <= 0)) {
                String body = body(plan, section);
                // One section alone goes into a file.
                text.append(sections.size() == 1 ? body : heading(section) + body + '\n');
            }
        }
        if (!plan.fits()) {
            text.append("@|bold,red REFUSED|@: ").append(String.join("\n  ", Reasons.refusal(plan)));
            text.append('\n');
        }
        return text.toString();
    }

    private static String heading(Section section) {
        String heading = switch (section) {
            case table -> "Limits";
            case why -> "Why";
            case update -> "Running containers: lowering first; --apply does it and reads back";
            case run -> "New containers";
            case compose -> "Compose";
            case systemd -> "systemd";
            case kubernetes -> "Kubernetes";
            case undo ->
                "Undo: docker update cannot remove a limit, so the nearest to none is all that the host has; "
                        + "only a new container has none";
        };
        return "@|bold " + heading + "|@\n";
    }

    private static String body(Plan plan, Section section) {
        return switch (section) {
            case table -> table(plan);
            case why ->
                Reasons.warnings(plan).stream()
                                .map(line -> "@|yellow !|@ " + line + '\n')
                                .collect(Collectors.joining())
                        + lines(Reasons.of(plan));
            case update -> lines(Change.of(plan).stream().map(Change::command).toList());
            case run -> Fragments.run(plan);
            case compose -> Fragments.compose(plan);
            case systemd -> Fragments.systemd(plan);
            case kubernetes -> Fragments.kubernetes(plan);
            case undo -> lines(undo(plan));
        };
    }

    static List<String> undo(Plan plan) {
        List<Change> changes = Change.of(plan).stream()
                .map(change -> change.undo(plan.host().memory(), plan.host().cpus()))
                .toList();
        return Change.ordered(changes).stream().map(Change::command).toList();
    }

    private static String table(Plan plan) {
        Table table = new Table("CONTAINER", "CLASS", "PEAK", "NOW", "MEMORY", "SWAP", "CPUS", "SHARES", "PIDS");
        for (Proposal proposal : plan.proposals()) {
            long now = proposal.former(plan.host().memory()).memory();
            table.row(
                    proposal.name(),
                    proposal.serviceClass().words() + (proposal.serviceClass().guessedBy() == null ? "" : " ?"),
                    Size.text(proposal.usage().memoryPeak()),
                    now == 0 ? "-" : Size.text(now),
                    Size.text(proposal.limits().memory()),
                    Size.text(proposal.limits().memorySwap() - proposal.limits().memory()),
                    Proposal.cpus(proposal.cpus()),
                    Long.toString(proposal.limits().shares()),
                    Long.toString(proposal.limits().pids()));
        }
        String sum = Size.text(plan.limits()) + " for containers + " + Size.text(plan.secondColourMemory())
                + " for a second colour + " + Size.text(plan.reserve()) + " for the host = " + Size.text(plan.total())
                + " of " + Size.text(plan.host().memory());
        return table + sum + (plan.fits() ? ", " + Size.text(plan.spare()) + " to spare\n" : "\n");
    }

    private static String lines(List<String> lines) {
        return lines.stream().map(line -> line + '\n').collect(Collectors.joining());
    }
}
